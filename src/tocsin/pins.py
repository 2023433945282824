"""The one table of pinned engines: versions, modules to build, images for compose, versions good on PATH.

Pure data. How an engine is found, built or run is the business of `tocsin.engines`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PROMETHEUS_VERSION_SYMBOL = "github.com/prometheus/common/version.Version"

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """One program of an engine: what it is called, which versions on PATH serve, where the image keeps it."""

    name: str
    at_least: Version
    below: Version
    in_image: str  # absolute path inside the image
    also_called: tuple[str, ...] = ()
    version_args: tuple[str, ...] = ("--version",)
    must_print: tuple[str, ...] = ()  # words in the version output that tell it from a namesake
    image: str | None = None  # when the engine's image does not hold it
    image_env: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How to build an engine from its Go module; `go.mod` and `go.sum` lie in `engines/<name>/`."""

    module: str
    version: str  # of the module
    packages: tuple[str, ...] = ("tool",)
    output: str | None = None  # name of the one binary, when it is not that of its package
    tags: tuple[str, ...] = ()
    version_symbol: str | None = None  # set to the pinned version: a plain build prints none
    manifest: str | None = None  # built by the collector's builder from this file
    by_default: bool = True
    minutes: float = 1.0  # a cold build on two cores, for the progress line


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One pinned engine. `image` may be overridden by the environment variable `image_env`."""

    name: str
    version: str  # what it calls itself
    image: str | None
    image_env: str
    binaries: tuple[Binary, ...] = ()
    source: Source | None = None

    def image_for(self, environ: Mapping[str, str]) -> str | None:
        """The image to run: the environment's, else the pinned one."""
        return environ.get(self.image_env) or self.image


# Prometheus 3.9 is the first promtool with `start_timestamp` in unit tests.
_PROMETHEUS = Engine(
    name="prometheus",
    version="3.15.0",
    image="prom/prometheus:v3.15.0",
    image_env="PROMETHEUS_IMAGE",
    binaries=(
        Binary(name="prometheus", at_least=(3, 9, 0), below=(4, 0, 0), in_image="/bin/prometheus"),
        Binary(name="promtool", at_least=(3, 9, 0), below=(4, 0, 0), in_image="/bin/promtool"),
    ),
    source=Source(
        module="github.com/prometheus/prometheus",
        version="v0.315.0",
        # Static, file, http and kubernetes discovery are always there; all of them would double the build.
        tags=("netgo", "remove_all_sd", "enable_dns_sd", "enable_consul_sd"),
        version_symbol=PROMETHEUS_VERSION_SYMBOL,
        minutes=3,
    ),
)

# Alertmanager 0.28 brought msteamsv2_configs; UTF-8 matchers came with 0.27.
# The server is older than amtool: later modules embed a web UI that is not in the module.
_ALERTMANAGER = Engine(
    name="alertmanager",
    version="0.31.1",
    image="prom/alertmanager:v0.34.1",
    image_env="ALERTMANAGER_IMAGE",
    binaries=(
        Binary(name="alertmanager", at_least=(0, 28, 0), below=(1, 0, 0), in_image="/bin/alertmanager"),
    ),
    source=Source(
        module="github.com/prometheus/alertmanager",
        version="v0.31.1",
        tags=("netgo", "timetzdata"),  # an image of the bare binary has no time zones, and hours need them
        version_symbol=PROMETHEUS_VERSION_SYMBOL,
    ),
)

_AMTOOL = Engine(
    name="amtool",
    version="0.34.2",
    image="prom/alertmanager:v0.34.1",
    image_env="ALERTMANAGER_IMAGE",
    binaries=(Binary(name="amtool", at_least=(0, 28, 0), below=(1, 0, 0), in_image="/bin/amtool"),),
    source=Source(
        module="github.com/prometheus/alertmanager",
        version="v0.34.2",
        tags=("netgo",),
        version_symbol=PROMETHEUS_VERSION_SYMBOL,
    ),
)

# Debian's package `loki` is a genetics program: the version output must name a `version`.
_LOKI = Engine(
    name="loki",
    version="3.7.8",
    image="grafana/loki:3.7.8",
    image_env="LOKI_IMAGE",
    binaries=(
        Binary(
            name="loki",
            at_least=(3, 4, 0),
            below=(4, 0, 0),
            in_image="/usr/bin/loki",
            must_print=("loki, version",),
        ),
        Binary(
            name="lokitool",
            at_least=(3, 4, 0),
            below=(4, 0, 0),
            in_image="/usr/bin/lokitool",
            version_args=("version",),
            image="grafana/lokitool:3.7.8",
            image_env="LOKITOOL_IMAGE",
        ),
        Binary(
            name="logcli",
            at_least=(3, 4, 0),
            below=(4, 0, 0),
            in_image="/usr/bin/logcli",
            image="grafana/logcli:3.7.8",
            image_env="LOGCLI_IMAGE",
        ),
    ),
    source=Source(
        module="github.com/grafana/loki/v3",
        version="v3.7.8",
        tags=("netgo",),
        version_symbol="github.com/grafana/loki/v3/pkg/util/build.Version",
        minutes=5.5,
    ),
)

_OTELCOL = Engine(
    name="otelcol",
    version="0.160.0",
    image="otel/opentelemetry-collector-contrib:0.160.0",
    image_env="OTELCOL_IMAGE",
    binaries=(
        Binary(
            name="otelcol",
            also_called=("otelcol-contrib",),
            at_least=(0, 120, 0),
            below=(1, 0, 0),
            in_image="/otelcol-contrib",
        ),
    ),
    source=Source(
        module="go.opentelemetry.io/collector",
        version="v0.160.0",
        packages=(".",),
        output="otelcol",
        manifest="manifest.yaml",
        minutes=2.5,
    ),
)

_NODE_EXPORTER = Engine(
    name="node_exporter",
    version="1.12.1",
    image="prom/node-exporter:v1.12.1",
    image_env="NODE_EXPORTER_IMAGE",
    binaries=(
        Binary(
            name="node_exporter",
            also_called=("prometheus-node-exporter",),
            at_least=(1, 8, 0),
            below=(2, 0, 0),
            in_image="/bin/node_exporter",
        ),
    ),
    source=Source(
        module="github.com/prometheus/node_exporter",
        version="v1.12.1",
        tags=("netgo",),
        version_symbol=PROMETHEUS_VERSION_SYMBOL,
        minutes=0.3,
    ),
)

_COMPOSE = Engine(
    name="compose",
    version="2.40.3",
    image=None,
    image_env="COMPOSE_IMAGE",
    binaries=(
        Binary(
            name="docker-compose",
            at_least=(2, 20, 0),
            below=(6, 0, 0),
            in_image="",
            version_args=("version",),
            must_print=("Docker Compose",),  # `docker-compose` 1.x says `docker-compose version`
        ),
    ),
    source=Source(
        module="github.com/docker/compose/v2",
        version="v2.40.3",
        packages=("github.com/docker/compose/v2/cmd",),
        output="docker-compose",
        version_symbol="github.com/docker/compose/v2/internal.Version",
        minutes=2,
    ),
)

_BLACKBOX = Engine(
    name="blackbox_exporter",
    version="0.28.0",
    image="prom/blackbox-exporter:v0.28.0",
    image_env="BLACKBOX_EXPORTER_IMAGE",
    binaries=(
        Binary(
            name="blackbox_exporter",
            also_called=("prometheus-blackbox-exporter",),
            at_least=(0, 25, 0),
            below=(1, 0, 0),
            in_image="/bin/blackbox_exporter",
        ),
    ),
    source=Source(
        module="github.com/prometheus/blackbox_exporter",
        version="v0.28.0",
        tags=("netgo",),
        version_symbol=PROMETHEUS_VERSION_SYMBOL,
        minutes=0.5,
    ),
)

# Stands in for Mimir without images: tenants, ruler and Alertmanager by API. Built when asked.
_CORTEX = Engine(
    name="cortex",
    version="1.21.1",
    image="quay.io/cortexproject/cortex:v1.21.1",
    image_env="CORTEX_IMAGE",
    binaries=(Binary(name="cortex", at_least=(1, 21, 0), below=(2, 0, 0), in_image="/bin/cortex"),),
    source=Source(
        module="github.com/cortexproject/cortex",
        version="v1.21.1",
        tags=("netgo", "slicelabels"),  # without slicelabels its rules API panics
        version_symbol="main.Version",
        by_default=False,
        minutes=6,
    ),
)

# Not obtainable as Go modules: an image only.
_TEMPO = Engine(name="tempo", version="3.1.0", image="grafana/tempo:3.1.0", image_env="TEMPO_IMAGE")
_MIMIR = Engine(name="mimir", version="3.2.1", image="grafana/mimir:3.2.1", image_env="MIMIR_IMAGE")
_GRAFANA = Engine(name="grafana", version="13.2.3", image="grafana/grafana:13.2.3", image_env="GRAFANA_IMAGE")

ENGINES: tuple[Engine, ...] = (
    _PROMETHEUS,
    _ALERTMANAGER,
    _AMTOOL,
    _LOKI,
    _OTELCOL,
    _NODE_EXPORTER,
    _COMPOSE,
    _BLACKBOX,
    _CORTEX,
    _TEMPO,
    _MIMIR,
    _GRAFANA,
)


def engine(name: str) -> Engine:
    """The engine of that name; KeyError when there is none."""
    for candidate in ENGINES:
        if candidate.name == name:
            return candidate
    raise KeyError(name)


def binary(name: str) -> tuple[Engine, Binary]:
    """The binary of that name and the engine it belongs to; KeyError when there is none."""
    for owner in ENGINES:
        for candidate in owner.binaries:
            if candidate.name == name:
                return owner, candidate
    raise KeyError(name)
