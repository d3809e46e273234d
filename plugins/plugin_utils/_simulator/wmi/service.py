# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine's WMI service: queries, instances and methods of its classes, answered as a Windows host answers them."""

from __future__ import annotations

import typing as t

from ..._wsman import (
    OBJECTS,
    OBJECTS_AND_REFERENCES,
    REFERENCES,
    Batch,
    Enumerate,
    Get,
    Got,
    Instance,
    Invoke,
    Output,
    Pull,
    Put,
    PutDone,
    Release,
    Released,
    Resource,
    Value,
)
from ..host.identity import Host
from ..host.software_protection import Protection
from ..providers.classes import classes_of
from ..providers.declarations import ClassDefinition, WmiMethod
from ..providers.instances import Objects, Read
from .enumerations import Enumerations
from .faults import Refusals
from .values import BadValue, read_value, write_value
from .wql import Query, WqlError, parse_wql

__all__ = ["Provider"]

_MODES = (OBJECTS, REFERENCES, OBJECTS_AND_REFERENCES)

WmiRequest = Enumerate | Pull | Release | Get | Put | Invoke
WmiAnswer = Batch | Released | Got | PutDone | Output


class Provider:
    """Answers the messages of one machine; the caller holds the machine's lock."""

    def __init__(self, host: Host, protection: Protection) -> None:
        self._objects = Objects(host, protection)
        self.refusals = Refusals(host.computer_name, host.language)
        self.enumerations = Enumerations(self.refusals)
        self._classes = classes_of(host.system.build, host.system.is_server)

    def move(self, host: Host) -> None:
        """Answer for a host whose hardware was changed."""
        self._objects.host = host

    def hold_services(self, is_held: t.Callable[[], bool]) -> None:
        """Keep a service that is told to stop on its way there as long as `is_held` says so."""
        self._objects.services.hold(is_held)

    def answer(self, request: WmiRequest, envelope: int | None = None) -> WmiAnswer:
        """Return the answer; raises Refused, or Failure where the licensing service itself fails."""
        if isinstance(request, Enumerate):
            return self._enumerate(request, envelope)
        if isinstance(request, Pull):
            return self.enumerations.pull(request.context, request.max_elements, envelope)
        if isinstance(request, Release):
            self.enumerations.release(request.context)
            return Released()
        if isinstance(request, Put):
            return self._put(request)
        return self._get(request) if isinstance(request, Get) else self._invoke(request)

    # Queries

    def _enumerate(self, request: Enumerate, envelope: int | None) -> Batch:
        if request.mode not in _MODES:
            raise self.refusals.unknown_mode()
        if request.resource.class_name != "*":
            if request.wql:
                raise self.refusals.class_with_query()
            definition = self._class(request.resource)
            items = tuple(self._listed(definition, request.resource))
        else:
            items = tuple(self._query(request))
        return self.enumerations.start(items, optimize=request.optimize, envelope=envelope, mode=request.mode)

    def _listed(self, definition: ClassDefinition, resource: Resource) -> t.Iterator[Instance]:
        for read in self._objects.instances(definition.name):
            yield self._whole(definition, resource, read)
        self._objects.told(definition.name)

    def _query(self, request: Enumerate) -> t.Iterator[Instance]:
        try:
            query = parse_wql(request.wql)
        except WqlError as error:
            raise self.refusals.bad_query(request.wql, no_such_class=False) from error
        definition = self._classes.get(query.class_name.lower())
        if definition is None or request.resource.namespace.lower() not in definition.namespaces:
            raise self.refusals.bad_query(request.wql, no_such_class=True)
        names = self._projection(query, definition, request.wql)
        for read in self._objects.instances(definition.name):
            if self._is_wanted(query, definition, read, request.wql):
                yield self._item(definition, request.resource, read, names)
        self._objects.told(definition.name)

    def _projection(self, query: Query, definition: ClassDefinition, wql: str) -> list[str] | None:
        """Return what to show, in the class's order and spelling; None is everything.

        System properties such as `__PATH` may be asked for and are never in the answer.
        """
        asked = {name.lower() for name in query.properties or () if not name.startswith("__")}
        if not definition.properties.keys() >= asked.union(map(str.lower, query.mentioned)):
            raise self.refusals.bad_query(wql, no_such_class=False)
        return None if query.properties is None else [name for name in definition.properties if name in asked]

    def _is_wanted(self, query: Query, definition: ClassDefinition, read: Read, wql: str) -> bool:
        if query.condition is None:
            return True
        try:
            return query.condition(lambda name: read(definition.properties[name.lower()].name)) is True
        except WqlError as error:
            raise self.refusals.bad_query(wql, no_such_class=False) from error

    def _item(self, definition: ClassDefinition, resource: Resource, read: Read, names: list[str] | None) -> Instance:
        if names is None:
            return self._whole(definition, resource, read)
        # A projection loses its class.
        return Instance(None, _properties(definition, names, read), _reference(definition, resource, read))

    def _whole(self, definition: ClassDefinition, resource: Resource, read: Read) -> Instance:
        reference = _reference(definition, resource, read)
        return Instance(reference.uri, _properties(definition, definition.properties, read), reference)

    # Instances

    def _class(self, resource: Resource) -> ClassDefinition:
        definition = self._classes.get(resource.class_name.lower())
        if definition is None or resource.namespace.lower() not in definition.namespaces:
            raise self.refusals.not_found(resource.class_name)
        return definition

    def _instance(self, definition: ClassDefinition, resource: Resource) -> Read:
        """Return the instance that the selectors name; all keys are needed, names and values whatever their case.

        A selector that the class does not have is `w:InvalidSelectors`: networkoptix/nx_system_tests at 7469580c.
        """
        given = {name.lower(): value.lower() for name, value in resource.selectors.items() if not name.startswith("__")}
        if not definition.properties.keys() >= given.keys():
            raise self.refusals.unknown_selector()
        if not given and not definition.is_singleton:
            raise self.refusals.keys_missing()
        keys = {name.lower() for name in definition.keys}
        if (given and set(given) == keys) or not given:
            for read in self._objects.instances(definition.name):
                values = {key: str(read(definition.properties[key].name)).lower() for key in given}
                if values == given:
                    return read
        path = ",".join(f'{name}="{value}"' for name, value in resource.selectors.items())
        raise self.refusals.not_found(f"{definition.name}.{path}")

    def _get(self, request: Get) -> Got:
        definition = self._class(request.resource)
        found = self._whole(definition, request.resource, self._instance(definition, request.resource))
        self._objects.told(definition.name)
        return Got(found)

    def _put(self, request: Put) -> PutDone:
        """Change what differs from the instance as it is; a property that is left out stays as it is."""
        definition = self._class(request.resource)
        changeable = self._objects.changeable(definition)
        if not changeable:
            raise self.refusals.not_capable()
        read = self._instance(definition, request.resource)
        changed = self._changed(definition, read, request.instance)
        if not changeable.issuperset(changed):
            raise self.refusals.not_capable()
        self._objects.change(changed)
        return PutDone(self._whole(definition, request.resource, read))

    def _changed(self, definition: ClassDefinition, read: Read, wanted: Instance) -> dict[str, t.Any]:
        """Return the properties that are to be otherwise, with their new values."""
        given = {name.lower(): values for name, values in wanted.properties.items()}
        if set(given) - set(definition.properties):
            raise self.refusals.bad_parameters()
        changed = {}
        for name, values in given.items():
            item = definition.properties[name]
            if values != write_value(read(item.name), item.cim_type):
                changed[item.name] = self._value(values, item.cim_type)
        return changed

    def _value(self, values: tuple[Value, ...], cim_type: str) -> t.Any:
        try:
            return read_value(values, cim_type)
        except BadValue as error:
            raise self.refusals.bad_parameters() from error

    # Methods

    def _invoke(self, request: Invoke) -> Output:
        definition = self._class(request.resource)
        method = definition.methods.get(request.method)
        if method is None:
            raise self.refusals.bad_method()
        read = None if definition.is_static else self._instance(definition, request.resource)
        arguments = self._arguments(method, request.parameters)
        code, out = self._objects.call(definition, read, method.name, arguments)
        types = {item.name: item.cim_type for item in method.parameters if item.direction == "out"}
        written = {name: write_value(value, types[name]) for name, value in out.items()}
        if code is not None:
            written["ReturnValue"] = write_value(code, "uint32")
        return Output(request.resource, method.name, written)

    def _arguments(self, method: WmiMethod, given: t.Mapping[str, tuple[Value, ...]]) -> dict[str, t.Any]:
        types = {item.name: item.cim_type for item in method.parameters if item.direction == "in"}
        if set(given) - set(types):
            raise self.refusals.bad_parameters()
        return {name: self._value(values, types[name]) for name, values in given.items()}


def _reference(definition: ClassDefinition, resource: Resource, read: Read) -> Resource:
    """Return the resource of one instance: its class in the namespace that was asked, and all of its keys."""
    uri = f"{resource.uri.rpartition('/')[0]}/{definition.name}"
    return Resource(uri, {key: str(read(key)) for key in definition.keys})


def _properties(definition: ClassDefinition, names: t.Iterable[str], read: Read) -> dict[str, tuple[Value, ...]]:
    written = {}
    for name in names:
        item = definition.properties[name]
        values = write_value(read(item.name), item.cim_type)
        if values:
            written[item.name] = values
    return written
