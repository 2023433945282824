"""Words on a dashboard: what normal looks like, whom to ask, where to go on. Markdown.

## Why

A graph without the knowledge of what is normal helps only those who need no help.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.model.dashboards import Panel
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: text, title: Read me, text: 'Normal is **10 to 200** requests per second.'}",
    "{show: text, text: '[Errors of $environment](https://errors.example.org/?env=$environment)'}",
)


@panel_type("text")
@parameters
class TextPanel:
    """Markdown."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 4

    text: str = said("Markdown; may use the dashboard's variables", example="'Normal is 10 to 200 req/s.'")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """No query."""
        return PanelContent(queries=(), extra={"text": self.text})

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A text panel in Markdown: raw HTML would run in the reader's browser."""
        import grafanalib.core as g

        content = panel.content
        text = (content.extra or {}).get("text", "") if isinstance(content, PanelContent) else ""
        return g.Text(content=text, mode="markdown")
