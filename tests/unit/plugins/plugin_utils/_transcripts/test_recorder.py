# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recording: every exchange is kept as it was, and nothing passes that could change the machine."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import (
    RecordedAnswer,
    Recorder,
    is_read_only,
)
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Enumerate,
    Get,
    Identify,
    Instance,
    Invoke,
    Pull,
    Put,
    Release,
    Request,
    Unknown,
    encode_request,
    wmi_resource,
)

SERVICE = wmi_resource("SoftwareLicensingService")
QUERY = Enumerate(wmi_resource("*"), "SELECT Version FROM SoftwareLicensingService")


class _Session:
    """A session that answers with one word, or with an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[bytes] = []
        self.closed = False
        self._error = error

    def send(self, message: bytes) -> bytes:
        self.sent.append(message)
        if self._error:
            raise self._error
        return b"answer"

    def close(self) -> None:
        self.closed = True


def _bytes(request: Request) -> bytes:
    return encode_request(request, to="http://machine:5985/wsman", message_id="uuid:1")


@pytest.mark.parametrize(
    ("request_", "reads"),
    [
        (QUERY, True),
        (Pull(wmi_resource("*"), "context"), True),
        (Release(wmi_resource("*"), "context"), True),
        (Get(SERVICE), True),
        (Identify(), True),
        (Invoke(wmi_resource("StdRegProv", "root/default"), "CheckAccess"), True),
        (Invoke(wmi_resource("SoftwareLicensingProduct"), "GetPolicyInformationDWord"), True),
        (Invoke(wmi_resource("StdRegProv", "root/default"), "SetDWORDValue"), False),
        (Invoke(SERVICE, "InstallProductKey"), False),
        (Invoke(wmi_resource("SoftwareLicensingProduct"), "Activate"), False),
        (Invoke(SERVICE, "GenerateActiveDirectoryOfflineActivationId"), False),
        (Put(SERVICE, Instance(None, {})), False),
        (Unknown("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command", SERVICE), False),
    ],
    ids=lambda value: getattr(value, "method", type(value).__name__),
)
def test_what_only_reads(request_: Request, reads: bool) -> None:
    assert is_read_only(request_) is reads


def test_what_could_change_the_machine_is_not_sent() -> None:
    session = _Session()
    with pytest.raises(Refusal) as refused:
        Recorder(session).send(_bytes(Invoke(SERVICE, "RefreshLicenseStatus")))
    assert (refused.value.code, session.sent) == ("not_read_only", [])


def test_an_exchange_is_kept_as_it_was() -> None:
    recorder = Recorder(_Session())
    assert recorder.send(_bytes(QUERY)) == b"answer"
    assert recorder.entries == [RecordedAnswer(_bytes(QUERY), b"answer")]


def test_an_error_is_kept_in_the_answers_place() -> None:
    lost = AnswerLost("gone", code="read_timeout")
    recorder = Recorder(_Session(lost))
    with pytest.raises(AnswerLost):
        recorder.send(_bytes(QUERY))
    assert recorder.entries == [RecordedAnswer(_bytes(QUERY), error=lost)]


def test_what_is_asked_for_a_question_is_marked() -> None:
    recorder = Recorder(_Session())
    with recorder.asking("3 plain"):
        recorder.send(_bytes(QUERY))
    recorder.send(_bytes(QUERY))
    assert [entry.question for entry in recorder.entries] == ["3 plain", None]


def test_closing_closes_the_session() -> None:
    session = _Session()
    Recorder(session).close()
    assert session.closed


def test_what_was_said_is_not_in_the_representation_of_an_entry() -> None:
    assert "app01" not in repr(RecordedAnswer(b"app01", b"app01", AnswerLost("app01")))
