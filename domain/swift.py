"""Values that are made quickly: frozen for the type checker, plain for the interpreter.

A frozen dataclass sets each field by a call of ``object.__setattr__``, which takes five
times as long as an assignment; one callback makes some ninety values, Leads and Events
of a dozen fields among them. That nobody assigns to a field afterwards is checked
by mypy, for which the class stays frozen, so nothing has to be asked at run time.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

T = TypeVar("T")


def swift(cls: type[T]) -> type[T]:
    """Let a frozen dataclass be made by plain assignments; it goes above ``@dataclass``.

    Raises:
        TypeError: a field is no plain argument of the constructor.
    """
    mine = fields(cls)  # type: ignore[arg-type]  # the decorator below made it one
    if odd := [field.name for field in mine if not field.init or field.kw_only]:
        message = f"{cls.__name__} has fields that are set otherwise: {', '.join(odd)}"
        raise TypeError(message)
    for guard in ("__setattr__", "__delattr__"):
        delattr(cls, guard)
    setattr(cls, "__init__", _constructor(cls, mine))  # noqa: B010 - mypy has methods fixed
    return cls


def _constructor(cls: type[Any], mine: tuple[Field[Any], ...]) -> Any:  # noqa: ANN401 - a function
    """Return the constructor that the class would have if it were not frozen."""
    names: dict[str, object] = {"_missing": MISSING}
    arguments, lines = ["self"], []
    for field in mine:
        name, value = field.name, field.name
        if field.default_factory is not MISSING:
            names[f"_make_{name}"] = field.default_factory
            arguments.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        elif field.default is not MISSING:
            names[f"_default_{name}"] = field.default
            arguments.append(f"{name}=_default_{name}")
        else:
            arguments.append(name)
        lines.append(f"    self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("    self.__post_init__()")
    source = "\n".join([f"def __init__({', '.join(arguments)}):", *(lines or ["    pass"])])
    exec(source, names)  # noqa: S102 - of our own field names, as dataclasses does
    return names["__init__"]
