"""`tocsin explain NAME`: the page of a code."""

import click

from tocsin.cli.console import coloured


@click.command("explain", short_help="Say what a finding means and how it is mended.")
@click.argument("name", metavar="CODE")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
              help="Colours; auto: on a terminal, unless NO_COLOR is set.")  # fmt: skip
@click.pass_obj
def command(workspace: str, name: str, color: str) -> int:
    """Say what a finding means: why it matters, how it is mended, an example.

    CODE is what stands in brackets in a finding, as in `promql/rate-on-gauge`.
    """
    from tocsin.app.explain_code import explain_code
    from tocsin.app.pages import pages
    from tocsin.diag.diagnostic import nearest

    explained = explain_code(name)
    if explained is None:
        near = nearest(name, pages())
        raise click.UsageError(f"there is no code `{name}`" + (f"; did you mean `{near}`?" if near else ""))
    page(explained.markdown, coloured(color))
    return 0


def page(markdown: str, colours: bool) -> None:
    """Print Markdown: set for a terminal, else as it is, which reads as well."""
    if not colours:
        click.echo(markdown, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(force_terminal=True, width=min(100, Console().width))
    console.print(Markdown(markdown, code_theme="ansi_dark"))
