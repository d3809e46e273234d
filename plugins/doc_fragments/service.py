# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which activation service to ask, and how, said once."""

from __future__ import annotations


class ModuleDocFragment:
    """The option that describes the service, and what can be wrong with it."""

    DOCUMENTATION = r"""
options:
  service:
    description:
      - The service that is asked for confirmation IDs and counts, and the way to it. It is asked from the controller.
      - When it is not given, Microsoft's own service is asked.
    type: dict
    default: {}
    suboptions:
      backend:
        description:
          - V(microsoft) is Microsoft's batch activation service. The two others are the front ends of an ActivationWs
            server of your own, by SOAP or by REST.
        type: str
        choices: [microsoft, activationws_soap, activationws_rest]
        default: microsoft
      url:
        description:
          - The address of the service. It is needed for an ActivationWs server. For V(activationws_rest) it is what
            comes before C(/api).
          - Microsoft's service is asked over HTTPS only.
        type: str
      ca_path:
        description:
          - A PEM file with the certificate authorities that may vouch for the service, or a folder of them made by
            C(openssl rehash). It takes the place of the usual ones.
          - That the certificate is checked cannot be switched off.
        type: path
      timeout:
        description:
          - Seconds that one request to the service may take, from the connection to the last byte of the answer.
        type: int
        default: 60
      retries:
        description: How often to ask again when no usable answer came.
        type: int
        default: 3
      retry_delay:
        description:
          - Seconds before the first further attempt. Each later one waits twice as long, and none longer than a minute.
        type: int
        default: 5
      batch_size:
        description:
          - How many machines to ask for in one request.
          - Nobody documents how Microsoft's service treats a batch in which one element is bad, so V(1) is the careful
            choice. Answers are matched by the IDs in them, never by their order.
        type: int
        default: 1
      proxy:
        description:
          - The outbound proxy, as a URL without a login. When it is not given, that of the controller's environment is
            used. When it is empty, none is.
        type: str
      proxy_username:
        description: The user at the proxy.
        type: str
      proxy_password:
        description: The password at the proxy. Keep it in a vaulted variable.
        type: str
requirements:
  - requests on the controller
notes:
  - V(bad_service), V(bad_service_url), V(plain_http), V(bad_proxy), V(bad_ca_path) and V(password_in_url). O(service)
    cannot be used as it is given. Nothing was sent.
"""
