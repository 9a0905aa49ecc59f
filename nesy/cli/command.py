"""The commands of `nesy` as typer runs them, with flags that are told as flags: without a type to give them."""

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup, TyperOption

from nesy.errors import InputError


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
        self._refuse_empty(ctx, args)
        return super().parse_args(ctx, args)

    def _refuse_empty(self, ctx: Any, args: list[str]) -> None:
        """Refuse an empty text where something is named: it is an unset variable, and no wish for this folder."""
        if ctx.resilient_parsing or ("" not in args and not any(one.endswith("=") for one in args)):
            return
        given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
        for param in self.get_params(ctx):
            said = given.get(param.name)
            many = list(said) if isinstance(said, (list, tuple)) else [said]
            name = max(param.opts, key=len) if param.param_type_name == "option" else param.metavar or param.name
            if str(name).endswith("QUESTION"):
                many.pop()  # whoever answers tells that it is empty
            if "" in many and _names_something(param):
                raise InputError(f"{name} is empty; if a variable of the shell stands there, it is not set")


def _names_something(param: Any) -> bool:
    """Tell whether it is an argument, or an option for a file, a folder or a model."""
    described = getattr(param, "type_descriptor", None)
    is_path = described is not None and "Path" in str(described.annotation)
    return is_path or param.param_type_name == "argument" or "FILE" in str(param.metavar) or param.name == "model"


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
