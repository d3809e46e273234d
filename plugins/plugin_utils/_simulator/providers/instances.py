# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is behind the classes of a machine: their instances, what their methods do, and what a Put changes."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from ..catalog.hresults import Failure, Hresult
from ..catalog.products import CatalogProduct
from ..host.activation_events import ClientEvent
from ..host.identity import Host
from ..host.software_protection import Protection
from ..world.kms_log import KmsEvent
from .declarations import ClassDefinition
from .licensing_methods import call_product, call_service
from .licensing_policies import POLICY_METHODS, read_policy
from .licensing_properties import read_product, read_service
from .net_firewall import CHANGEABLE, FIREWALL_RULE, PORT_FILTER, change_firewall, read_firewall_rule, read_port_filter
from .std_reg_prov import call_registry
from .win32_event_log import LOG_EVENT, read_log_event
from .win32_service import WINDOWS_SERVICE, WindowsService, WindowsServices, read_windows_service
from .win32_system import read_computer, read_computer_product, read_operating_system

__all__ = ["Objects", "Read"]

Read = t.Callable[[str], t.Any]
"""Returns a property of one instance by its name as the class spells it."""
Arguments = t.Mapping[str, t.Any]
Outcome = tuple[int | None, t.Mapping[str, t.Any]]
"""`ReturnValue`, None where the answer has none, and what a method gives out."""

_IDLE = timedelta(seconds=30)
"""How long the licensing service waits for work; the registry value InactivityShutdownDelay changes it on Windows.

That it exists is from public tuning guides (valleyofdoom/PC-Tuning), that 30 seconds are its default is inferred.
"""

_SERVICE, _PRODUCT = "SoftwareLicensingService", "SoftwareLicensingProduct"
_LICENSING = (_SERVICE, _PRODUCT)
_COMPUTER_READERS = {
    "Win32_OperatingSystem": read_operating_system,
    "Win32_ComputerSystem": read_computer,
    "Win32_ComputerSystemProduct": read_computer_product,
}
_FIREWALL_READERS = {FIREWALL_RULE.name: read_firewall_rule, PORT_FILTER.name: read_port_filter}


class Objects:
    """The objects of one machine; the caller holds the machine's lock."""

    def __init__(self, host: Host, protection: Protection) -> None:
        self.host = host
        self._protection = protection
        self.services = WindowsServices(self._start, protection.stop, is_protecting=protection.is_running)
        self._needed = protection.world.clock.now()

    def _start(self) -> None:
        self._protection.restart()
        self._needed = self._protection.world.clock.now()

    # Instances

    def instances(self, class_name: str) -> t.Iterator[Read]:
        """Return the instances of a class."""
        host, machine = self.host, self._protection
        if class_name in _LICENSING:
            self.services.wake_protection()
            self._needed = machine.world.clock.now()
        else:
            self._let_protection_rest()
        if class_name == _SERVICE:
            yield lambda name: read_service(machine, host, name)
        elif class_name == _PRODUCT:
            yield from (_product_reader(machine, row) for row in machine.rows)
        elif class_name in _COMPUTER_READERS:
            reader = _COMPUTER_READERS[class_name]
            yield lambda name: reader(host, machine.now(), name)
        elif class_name in _FIREWALL_READERS:
            read = _FIREWALL_READERS[class_name]
            yield lambda name: read(host, machine.firewall, name)
        else:
            yield from self._windows_instances(class_name)

    def _let_protection_rest(self) -> None:
        """Let the licensing service stop where it is idle; a KMS host waits for its clients."""
        machine = self._protection
        if not machine.is_kms_host and machine.world.clock.now() - self._needed >= _IDLE:
            self.services.rest()

    def _windows_instances(self, class_name: str) -> t.Iterator[Read]:
        if class_name == WINDOWS_SERVICE.name:
            yield from (_service_reader(self.host, service) for service in self.services.all)
        elif class_name == LOG_EVENT.name:
            requests = self._protection.world.kms_events(self.host.full_name)
            yield from (_event_reader(self.host, event) for event in requests)
            yield from (_event_reader(self.host, event) for event in self._protection.log.events())

    def told(self, class_name: str) -> None:
        """Note that a caller was told of a class's instances: what was on its way arrives."""
        if class_name == WINDOWS_SERVICE.name:
            self.services.settle()

    # Methods

    def call(self, definition: ClassDefinition, read: Read | None, method: str, arguments: Arguments) -> Outcome:
        """Call a method of an instance, or of a class where `read` is None; raises Failure."""
        may_change = self._protection.caller.is_administrator
        if read is None:
            return call_registry(self._protection.registry, method, arguments, may_write=may_change)
        if definition.name == WINDOWS_SERVICE.name:
            return self.services.call(str(read("Name")), method, may_change=may_change), {}
        if not may_change and method not in POLICY_METHODS:
            raise Failure(Hresult.ACCESS_DENIED)
        if definition.name == FIREWALL_RULE.name:
            self._protection.firewall.enabled = method == "Enable"
            # Its OUTPUT is empty on Windows 11: networkoptix/nx_system_tests at 7469580c, `_windows_networking.py`.
            return None, {}
        if definition.name == _SERVICE:
            return 0, call_service(self._protection, method, arguments)
        return 0, self._call_product(self._row(read), method, arguments)

    def _call_product(self, row: CatalogProduct, method: str, arguments: Arguments) -> t.Mapping[str, t.Any]:
        if method in POLICY_METHODS:
            return read_policy(self._protection.system, row, method, arguments.get("PolicyName"))
        call_product(self._protection, row, method, arguments)
        return {}

    def _row(self, read: Read) -> CatalogProduct:
        row = self._protection.row(str(read("ID")))
        if row is None:
            raise Failure(0x80041002)  # WBEM_E_NOT_FOUND: cannot happen, the row was just read
        return row

    # Put

    def changeable(self, definition: ClassDefinition) -> frozenset[str]:
        """Return the properties that a Put may change, by the class's spelling; none where it is not for Put."""
        return CHANGEABLE.get(definition.name, frozenset())

    def change(self, values: t.Mapping[str, t.Any]) -> None:
        """Take over changed properties of one instance; raises Failure."""
        if not self._protection.caller.is_administrator:
            raise Failure(Hresult.ACCESS_DENIED)
        change_firewall(self._protection.firewall, values)


def _product_reader(machine: Protection, row: CatalogProduct) -> Read:
    return lambda name: read_product(machine, row, name)


def _service_reader(host: Host, service: WindowsService) -> Read:
    return lambda name: read_windows_service(host, service, name)


def _event_reader(host: Host, event: KmsEvent | ClientEvent) -> Read:
    return lambda name: read_log_event(host, event, name)
