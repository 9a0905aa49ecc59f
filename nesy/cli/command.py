"""The commands of `nesy` as typer runs them, with flags that are told as flags: without a type to give them."""

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from rich.markup import escape
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

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print its help as it is written: what stands in brackets there, as in nesy[ocr], is no markup."""
        told = [(param, param.help) for param in self.get_params(ctx) if getattr(param, "help", None)]
        for param, text in told:
            param.help = escape(text)
        try:
            super().format_help(ctx, formatter)
        finally:
            for param, text in told:
                param.help = text

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the shell; of a command with one argument, a text that begins as a list is no option."""
        listed = [one for one in args if one.startswith("-") and one[1:2].isspace()]
        if listed and "--" not in args and sum(param.param_type_name == "argument" for param in self.params) == 1:
            args = [*(one for one in args if one not in listed), "--", *listed]
        return super().parse_args(ctx, args)


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
