# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may stay in a transcript: the words of Windows' English errors, and the forms of harmless values by name.

These are the only lists of what stays. What is in none of them is replaced, so what nobody thought of does not come
through; whoever misses something in a transcript adds it here.
"""

from __future__ import annotations

import re
import typing as t

__all__ = ["ATTRIBUTES", "CHANNEL", "FORMS", "MACHINE_URL", "NUMBERS", "SHIPPED", "WORDS"]

MACHINE_URL = "http://machine:5985/wsman"
"""Where every request of ours says that it goes; a machine does not compare it."""

_WORDS_LISTED = """
    %systemroot%\\system32\\wsmsvc.dll %systemroot%\\system32\\wsmwmipl.dll
    a about above accept accepted access accessible account action actions activation active address after again all
    allow allowed already an and another any appear appears are argument array as asked at attempt attribute
    authentication available be because been before being body boolean both buildnumber but by call called caller
    can cannot carry case cause caused change channel character characters check cimwin32 class classes client
    clients close code com command common communication complete completed completing computed computer concurrent
    condition configuration configured connect connected connection connections contact contacting contain contained
    contains content context convert correct corresponding could create created credentials critical current data
    datatype dcom default define defined definition delete denied deserialize destination determine dialect did
    different directory disabled dll do document does domain due duplicate during each edition either element empty
    enable enabled encoding endpoint ensure entry enumerate enumeration envelope error errors event exceed exceeded
    exceeds exception execquery execute executed executing exist existing exists expected expired expression
    external extraneous fail failed failing failure fault feature field fields file filter filtering find firewall
    first follow following for format found fragment from function generic get getobject given granted group had
    handle handler handles has have header headers help here host hresult http https id identified identifier
    identifiers identity if in include included incompatible incorrect information initialization initialize input
    install installed instance instances instead integer interface internal internet invalid invoke is issue it item
    items its key keys kms language last later latest least length less level license licensing limit limited list
    listener local locale log logon long lookup machine maintenance make malformed manage management mandatory match
    maxelements maxenvelopesize maximum may meaningful memory message messages method methods might minimum missing
    mode more msft_wmierror must name named namespace near network new next no none not not-found notified null
    number object objects obtain occurred of office ole on one only open operating operation operations
    operationtimeout option optional or order other others out out-of-memory output own packet parameter parameters
    parse parser parsing part password path paused pending perform performed period permission permissions permitted
    person plug-in plugin policy port possible prefix prevent previous privilege problem process processed
    processing product product-key properties property protocol provided provider providers proxy queries query
    quota r raise range rate reached read reason receive received recognized reduce refer reference register
    registry reject remote removed repeated reply report reported request requested requesting requests required
    requires resolve resource resources responding response restart result results retry return returned rights root
    rpc rule run running schema second secure security see select selector selectors send sent sequence server
    service services session set setting settings shared shell shells short should shut shutdown shutting site size
    so soap software softwarelicensingproduct softwarelicensingservice some source specific specified specifies
    specify start started state statement status stdregprov still stop stopped string succeeded such sufficient
    support supported supports syntax system takes target temporarily text than that the their then there these they
    this time timed timed-out timeout to too transaction transport true trusted try type unable unavailable under
    understand understood unexpected uninstall unknown unless unreachable unrecognized unsupported until up updated
    upper uri usage use used user users using uuid valid value values verb verify version volume wait waiting was
    wbem well were when where which while wildcard will win32 win32_computersystem win32_nosuchclassofanywindows
    win32_operatingsystem windows winmgmt winrm with within without wmi wmi-service wmiv1 wmiv2 wql writing written
    ws-addressing ws-enumeration ws-management wsman wsmprovider wsmsvc wsmsvc.dll wsmwmipl.dll xml year you your
"""
WORDS = frozenset(_WORDS_LISTED.split())
"""In lower case. A word that is put together of several, as a host's name is, counts as one of its own."""

_NUMBERS_LISTED = """
    CIMStatusCode Code EventCode DiscoveredKeyManagementServiceMachinePort DomainRole error_Category error_Code
    GracePeriodRemaining hDefKey IsKeyManagementServiceMachine KeyManagementServicePort LicenseStatus
    LicenseStatusReason MaxElements MaxEnvelopeSize OperatingSystemSKU ProductType RemainingWindowsReArmCount
    ReturnValue StatusCode uRequired uValue VLActivationType VLActivationTypeEnabled
"""
NUMBERS = frozenset(_NUMBERS_LISTED.split())
"""Properties and parameters whose numbers stay."""

_CLASSES_LISTED = """
    __ExtendedStatus MSFT_WmiError SoftwareLicensingProduct SoftwareLicensingService StdRegProv Win32_ComputerSystem
    Win32_ComputerSystemProduct Win32_NoSuchClassOfAnyWindows Win32_OperatingSystem
"""
_CLASSES = _CLASSES_LISTED.split()
_SEGMENTS_LISTED = """
    2 addressing anonymous CheckAccess CheckAccessResponse cim-schema cimbinding.xsd cimv2 common default Enumerate
    EnumerateResponse enumeration EnumerationEnd fault faultDetail Get GetDWORDValue GetDWORDValueResponse
    GetMultiStringValue GetMultiStringValueResponse GetPolicyInformationDWord GetPolicyInformationDWordResponse
    GetPolicyInformationString GetPolicyInformationStringResponse GetResponse GetStringValue GetStringValueResponse id
    identity namespace Pull PullResponse Release ReleaseResponse role root soap-envelope transfer unspecified wbem wmi
    WQL ws wscim wsman wsman.xsd wsmanfault wsmanidentity.xsd XML XMLSchema XMLSchema-instance
"""
_SEGMENTS = _SEGMENTS_LISTED.split()
_DETAILS_LISTED = """
    AddressingMode AmbiguousSelectors CharacterSet DuplicateSelectors FilteringRequired InsufficientSelectors
    InvalidFragment InvalidName InvalidNamespace InvalidSystem InvalidTimeout InvalidValue Locale MaxElements
    MaxEnvelopeSize MaxEnvelopeSizeExceeded MaxTime MinimumEnvelopeLimit MissingValues NotAnInstance NotSupported
    OperationTimeout OptionLimit Renewed SelectorLimit TypeMismatch UnexpectedSelectors WhitespacePreserved
"""
_DETAILS = _DETAILS_LISTED.split()
_SEGMENT = "|".join(re.escape(word) for word in (*_SEGMENTS, *_CLASSES, *_DETAILS))
_HOST = r"http://(?:schemas\.microsoft\.com|schemas\.xmlsoap\.org|schemas\.dmtf\.org|www\.w3\.org)"
_URI = rf"{_HOST}(?:/(?:{_SEGMENT}|\*|[12]|0[1-9]|199[89]|200[1-9]))*/?"
_CODES_LISTED = """
    AccessDenied ActionNotSupported AlreadyExists CannotProcessFilter Concurrency DataEncodingUnknown
    DeliveryModeRequestedUnavailable DestinationUnreachable EncodingLimit EndpointUnavailable EventDeliverToUnusable
    FilterDialectRequestedUnavailable FilteringNotSupported FilteringRequestedUnavailable FragmentDialectNotSupported
    InternalError InvalidBookmark InvalidEnumerationContext InvalidExpirationTime InvalidMessage
    InvalidMessageInformationHeader InvalidOptions InvalidParameter InvalidRepresentation InvalidResourceURI
    InvalidSelectors MessageInformationHeaderRequired MustUnderstand NoAck QuotaLimit Receiver RenameFailure
    SchemaValidationError Sender TimedOut UnableToRenew UnsupportedExpirationTime UnsupportedFeature VersionMismatch
"""
_CODES = _CODES_LISTED.split()
SHIPPED = r"(?:Windows\(R\)|Office \d\d|Microsoft Office)"
"""How the names of Windows' and Office's licences begin in any language."""
CHANNEL = (
    r"(?:VOLUME_KMSCLIENT|VOLUME_KMS(?:_W[A-Z0-9]{1,5}(?:_R2)?)?|VOLUME_MAK|MAK|TIMEBASED_EVAL|TIMEBASED_SUB"
    r"|VIRTUAL_MACHINE_ACTIVATION|OEM_(?:SLP|DM|NONSLP|COA(?:_NSLP|_SLP)?)|RETAIL)"
)
"""The token by which a description tells a product's channel."""
_CIM_TYPES = (
    "cim(?:AnySimpleType|Boolean|Char16|Datetime|Double|Float|Reference|String|(?:Unsigned)?(?:Byte|Int|Long|Short))"
)
_OUR_KEYS = r"SOFTWARE\\Microsoft(?:\\[A-Za-z ]{1,40}){1,5}"
_OURS = "DisableDnsPublishing|volume-activation-doctor-no-such-policy"


def _forms(forms: t.Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(form, re.ASCII) for name, form in forms.items()}


FORMS = _forms(
    {
        "Action": _URI,
        "Address": _URI,
        "BuildNumber": r"\d{3,5}",
        "Description": rf"(?:{SHIPPED}|Windows\(R\) Operating System), {CHANNEL} channel",
        "FaultDetail": _URI,
        "FragmentTransfer": "Version",
        "LicenseFamily": r"[A-Z][A-Za-z0-9_]{1,60}",
        "OperationTimeout": r"PT\d{1,6}(?:\.\d{1,3})?S",
        "PolicyName": _OURS,
        "ProductKeyChannel": r"(?:Volume|Retail|OEM|VT)(?::[A-Za-z]{1,6}){0,3}",
        "ResourceURI": _URI,
        "SourceName": r"Microsoft-Windows-Security-SPP|(?:Office )?Software Protection Platform Service",
        "To": re.escape("http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"),
        "Value": rf"(?:\w{{1,8}}:)?(?:{'|'.join(_CODES)})",
        "Version": r"\d{1,2}\.\d{1,2}\.\d{4,5}(?:\.\d{1,5})?",
        "sSubKeyName": rf"{_OUR_KEYS}|SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters",
        "sSubKeyNames": _OUR_KEYS,
        "sValueName": f"{_OURS}|Domain",
    }
)
"""The form that a text has to have to stay, by the element or property that it stands in."""

ATTRIBUTES = _forms(
    {
        "Code": r"-?\d{1,10}",
        "Dialect": _URI,
        "IsCIM_Error": "true|false",
        "Name": "ID|Version|__cimnamespace",
        "lang": r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{2,4}){0,2})?",
        "mustUnderstand": "true|false|0|1",
        "nil": "true|false|0|1",
        "provider": "WMI Provider|WMIv1 plugin|Shell [Pp]rovider|Config provider",
        "type": rf"(?:\w{{1,4}}:)?(?:{_CIM_TYPES}|(?:{'|'.join(_CLASSES)})_Type)",
        "xmlns": _URI,
    }
)
"""The form that an attribute has to have to stay, by its local name; `xmlns` is every declaration of a namespace."""
