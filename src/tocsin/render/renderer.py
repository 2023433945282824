"""The table of renderers and the one loop that runs them. Not what any of them renders."""

from collections.abc import Callable, Iterator

from tocsin.artifacts.tree import Artifact
from tocsin.model.workspace import Model, Workspace
from tocsin.registry import Registry

Renderer = Callable[[Model], Iterator[Artifact]]
renderers: Registry[Renderer] = Registry("renderer", "tocsin.render")


def renderer(name: str) -> Callable[[Renderer], Renderer]:
    """Register a function that yields the artifacts of one kind for one environment.

    Paths must start with `model.root`. Every artifact must be a pure function of the model.
    """
    return renderers.add(name)  # type: ignore[return-value]


def render(workspace: Workspace) -> Iterator[Artifact]:
    """Every artifact of every environment, in a stable order."""
    for model in workspace.environments:
        for _, one in renderers:
            yield from one(model)
