"""The commands of `nesy` as typer runs them, with flags that are told as flags: without a type to give them."""

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption


def _flags_alone(params: list[Any]) -> list[Any]:
    for param in params:
        if isinstance(param, TyperOption) and param.is_flag:
            param.metavar = ""  # typer would print <bool>, as though a value had to follow
    return params


class Command(TyperCommand):
    """One command."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return its arguments and options."""
        return _flags_alone(super().get_params(ctx))


class Group(TyperGroup):
    """A command with commands below it."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return its options."""
        return _flags_alone(super().get_params(ctx))


Function = TypeVar("Function", bound=Callable[..., Any])


class App(typer.Typer):
    """A set of such commands."""

    def command(self, name: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Return what makes a function a command; takes what `typer.Typer.command` takes."""
        return super().command(name, cls=Command, **options)
