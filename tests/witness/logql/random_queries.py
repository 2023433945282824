"""Metric queries and lines at random, so that they meet: most pipelines find something in most streams."""

import json
import random

from tocsin.witness.telemetry import Line, Stream, labels

LEVELS = ["info", "INFO", "error", "ERROR", "warn", "critical", "debug"]
PATHS = ["/api/orders", "/api/upload", "/health", "/login"]
STEP = 60
UNTIL = 600
RANGES = ["1m", "2m", "5m", "90s", "30s", "10m"]
SELECTORS = [
    '{app="api"}',
    '{app=~"api|web"}',
    '{app="web", env!="dev"}',
    '{env=~".+"}',
    '{service_name="api"}',
]
UNWRAPPED = [
    "sum_over_time", "avg_over_time", "max_over_time", "min_over_time", "first_over_time", "last_over_time",
    "stddev_over_time", "stdvar_over_time", "rate", "rate_counter", "quantile_over_time(0.9",
]  # fmt: skip
GROUPABLE = UNWRAPPED[1:8] + UNWRAPPED[-1:]


class Source:
    """Same seed, same queries and lines."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, options):
        return self.random.choice(options)

    def chance(self, share):
        return self.random.random() < share

    # -- lines -------------------------------------------------------------------------------------
    def streams(self):
        found = []
        for pairs in [
            {"app": "api", "env": "prod"},
            {"app": "api", "env": "dev", "level": "error"},
            {"app": "web", "env": "prod", "status": "on"},
            {"job": "cron", "env": "prod"},
        ]:
            instants = sorted(self.random.sample(range(1, UNTIL * 4), self.random.randrange(5, 40)))
            lines = tuple(Line(at / 4 + 0.1, self.line(), self.metadata()) for at in instants)
            found.append(Stream(labels(pairs.items()), lines))
        return tuple(found)

    def metadata(self):
        if self.chance(0.7):
            return ()
        return labels({self.pick(["trace_id", "user", "status"]): self.pick(["a1", "b2", "500"])}.items())

    def line(self):
        return self.pick(
            [self.json, self.json, self.logfmt, self.logfmt, self.access, self.plain, self.packed, self.cut]
        )()

    def fields(self):
        found = {"level": self.pick(LEVELS), "msg": self.pick(["order done", "order failed", "time out"])}
        for name, make in [
            ("status", lambda: self.pick([200, 404, 500, 503])),
            ("duration", lambda: self.pick(["12ms", "1.5s", "2m3s", "0.3s", "250ms"])),
            ("size", lambda: self.pick(["10KB", "1.5MiB", "300B", "77", "2 MB"])),
            ("value", lambda: self.pick([1, 2.5, 0.07, 1e3, "12", "-3"])),
            ("ip", lambda: self.pick(["10.0.0.7", "192.168.1.5", "8.8.8.8"])),
            ("user", lambda: self.pick(["ada", "bob", ""])),
            ("ok", lambda: self.pick([True, False, None])),
            ("path", lambda: self.pick(PATHS)),
        ]:
            if self.chance(0.75):
                found[name] = make()
        return found

    def json(self):
        found = self.fields()
        if self.chance(0.5):
            found["req"] = {
                "method": self.pick(["GET", "POST"]),
                "code": self.pick([200, 500]),
                "tags": ["a", "b"],
            }
        return json.dumps(found)

    def logfmt(self):
        parts = []
        for name, value in self.fields().items():
            text = str(value)
            parts.append(f'{name}="{text}"' if " " in text else f"{name}={text}")
        return " ".join(parts + ([self.pick(["alone", "x=", "=y", 'z="a\\"b"'])] if self.chance(0.2) else []))

    def access(self):
        return (
            f'{self.pick(["10.0.0.7", "8.8.8.8"])} - {self.pick(["ada", "-"])} "GET {self.pick(PATHS)}" '
            f"{self.pick([200, 404, 500])} {self.random.randrange(2000)}"
        )

    def plain(self):
        return self.pick(
            ["ERROR: out of memory", "worker started", "panic: nil", "took 35ms", "", "\x1b[31merr\x1b[0m"]
        )

    def cut(self):
        return f'{{"level": "{self.pick(LEVELS)}", "status": {self.pick([200, 500])}, "msg": "order failed"'

    def packed(self):
        return json.dumps({"pod": self.pick(["a", "b"]), "n": 4, "_entry": self.logfmt()})

    # -- queries -----------------------------------------------------------------------------------
    def query(self):
        return self.metric(3)

    def stages(self):
        found, parser = "", ""
        for _ in range(self.pick([0, 0, 1, 1, 2])):
            found += " " + self.line_filter()
        if self.chance(0.8):
            parser = self.parser()
            found += " | " + parser
            if self.chance(0.7):
                found += ' | __error__=""'
        for _ in range(self.pick([0, 1, 1, 2])):
            found += " " + self.later()
        return found

    def parser(self):
        return self.pick(
            ["json", "json", "logfmt", "logfmt", "logfmt --keep-empty", "logfmt --strict", "unpack",
             'json code="req.code", m="req.method"', 'json status, t="req.tags[1]"',
             'logfmt status, d="duration"', "json | logfmt", "unpack | logfmt", "logfmt | json",
             'pattern `<ip> - <user> "<method> <path>" <status> <size>`', "pattern `<_> <level> <rest>`",
             r'regexp `(?P<ip>\S+) - .* (?P<status>\d{3})`', r"regexp `took (?P<value>\d+)ms`"]
        )  # fmt: skip

    def line_filter(self):
        return self.pick(
            ['|= "order"', '!= "health"', '|~ "(?i)error|fail"', '!~ "time.*out"', '|= "order" or "GET"',
             '!= "info" or "INFO"', '|= ip("10.0.0.0/8")', '!= ip("8.8.8.8")', '|> "<_>status=<_>"',
             '!> "<_>level=error<_>"', '|~ "a.c|o.d"', '|= ""']
        )  # fmt: skip

    def later(self):
        kind = self.random.randrange(10)
        if kind < 5:
            return "| " + self.condition()
        if kind < 6:
            return self.line_filter()
        return self.pick(
            ['| line_format "{{.level}} {{.msg}}"', "| line_format `{{.msg}}`", "| drop level",
             '| drop level="error", user', "| keep level, status", '| keep level=~"err.+", app',
             "| label_format lvl=level", '| label_format lvl=`{{ToUpper .level}}`, st="{{.status}}x"',
             '| label_format st=`{{if eq .status "500"}}bad{{else}}good{{end}}`', "| decolorize",
             '| label_format n=`{{ mulf (.value | float64) 2.5 }}`, z=`{{ default "none" .user | trunc 2 }}`',
             '| line_format `{{ __line__ | lower | replace "order" "ORDER" }} {{ printf "%-5s|" .level }}`',
             "| label_format a=`{{ add 2 3 }}-{{ len .msg }}-{{ contains `x` .msg }}`"]
        )  # fmt: skip

    def condition(self, depth=1):
        if depth and self.chance(0.25):
            return f"({self.condition(0)} {self.pick(['and', 'or', ','])} {self.condition(0)})"
        return self.pick(
            ['level="error"', 'level=~"(?i)error|critical"', 'level!="info"', 'level=~"err.*"', "status>=500",
             "status=200", "status!=404", "duration>1s", "duration<=250ms", "size>1KB", "size<1MB", "value>1",
             'ip=ip("10.0.0.0/8")', 'ip!=ip("8.8.8.8")', 'user=""', 'user!~"a.*"', 'msg=~".*failed"',
             '__error__=""', 'detected_level="error"', 'trace_id!=""', 'path=~"/api/.+"', "req_code>=500",
             'status_extracted="500"', "value==1000",
             "d>1s", 'code="500"', 't="b"', 'm!="GET"', 'level=~"error|warn"', 'ok="true"']
        )  # fmt: skip

    def range_aggregation(self):
        offset = " offset 1m" if self.chance(0.1) else ""
        span = f"[{self.pick(RANGES)}]{offset}"
        if self.chance(0.6):
            op = self.pick(["count_over_time", "rate", "bytes_over_time", "bytes_rate", "count_over_time"])
            if self.chance(0.1):
                op = "absent_over_time"
            return f"{op}({self.pick(SELECTORS)}{self.stages()} {span})"
        op = self.pick(UNWRAPPED)
        value = self.pick(
            ["value", "value", "status", "duration(duration)", "bytes(size)", "duration_seconds(duration)"]
        )
        later = self.pick(['| __error__=""', '| __error__=""', "", "| value>0"])
        by = f" by ({self.names()})" if op in GROUPABLE and self.chance(0.5) else ""
        op = op.replace("(", "(") if "(" in op else op + "("
        comma = ", " if op.endswith("0.9") else ""
        return f"{op}{comma}{self.pick(SELECTORS)}{self.stages()} | unwrap {value} {later} {span}){by}"

    def names(self):
        return ", ".join(
            self.random.sample(["level", "status", "app", "detected_level", "user"], self.pick([1, 1, 2]))
        )

    def metric(self, depth):
        if depth == 0 or self.chance(0.15):
            return self.range_aggregation()
        kind = self.random.randrange(10)
        inner = self.metric(depth - 1)
        if kind < 5:
            op = self.pick(["sum", "sum", "sum", "avg", "max", "min", "count", "stddev", "topk(2, ", "sort"])
            by = "" if self.chance(0.4) else f" {self.pick(['by', 'by', 'without'])} ({self.names()})"
            if op.startswith("topk"):
                return f"topk{by}(2, {inner})"
            return f"sort({inner})" if op == "sort" else f"{op}{by}({inner})"
        if kind < 7:
            op = self.pick([">", "<", ">=", "<=", "==", "!=", "> bool", "*", "/", "+", "-", "%"])
            number = self.pick(["0", "1", "2", "5", "0.1", "100", "(1+1)"])
            return f"({inner} {op} {number})" if self.chance(0.8) else f"({number} {op} {inner})"
        if kind < 9:
            op = self.pick(["/", "-", ">", "and", "or", "unless", "==", "> bool"])
            match = self.pick(["", "", f"on ({self.names()}) ", f"ignoring ({self.names()}) "])
            if self.chance(0.4):
                name = self.names()
                return f"(sum by ({name}) ({inner}) {op} sum by ({name}) ({self.metric(depth - 1)}))"
            return f"({inner} {op} {match}{self.metric(depth - 1)})"
        return self.pick(
            [
                f'label_replace({inner}, "who", "$1-x", "level", "(.).*")',
                f"({inner} or vector(0))",
                "vector(3)",
            ]
        )
