"""LogQL alert expressions at random, of which many contradict themselves."""

from tests.witness.logql.random_queries import RANGES, SELECTORS, Source

COMPARING = [">", "<", ">=", "<=", "==", "!="]
NUMBERS = ["0", "1", "2", "0.001", "5", "0.5", "100", "-1", "1", "0"]
LINE_FILTERS = [
    '|= "order"', '!= "order"', '|~ "ord.r"', '!~ "o"', '|= "order done"', '!= "done"', '|= "err" or "fail"',
    '!= "err" or "fail"', '|~ "(?i)ERROR"', '!~ "(?i)error"', '|= ""',
]  # fmt: skip
CONDITIONS = [
    'level="error"', 'level!="error"', 'level=~"err.*"', 'level!~"err.*"', 'app="web"', 'app="api"',
    'env!="prod"', "status>=500", "status<400", "status==200", 'status="200"', 'env=""',
    'level=~"error|warn"',
    'level=""',
    'duration>1s', 'duration<500ms', '(level="error" or status>=500)', '(level="info" or level="debug")',
]  # fmt: skip
MATCHERS = [
    'app="api"',
    'app="web"',
    'app=~"a.*"',
    'env="prod"',
    'env!="prod"',
    'app!="api"',
    'env=~".+"',
    'level=""',
]


class Rules(Source):
    """Same seed, same rules."""

    def rule(self):
        """An alert's expression."""
        if self.chance(0.3):
            return f"{self.query()} {self.pick(COMPARING)} {self.pick(NUMBERS)}"
        one = self.compared()
        return f"{one} {self.pick(['and', 'or', 'unless'])} {self.compared()}" if self.chance(0.25) else one

    def compared(self):
        boolean = " bool" if self.chance(0.05) else ""
        number = self.pick(NUMBERS)
        if self.chance(0.15):
            inner = self.counted()
            return (
                f"({inner} {self.pick(COMPARING)} {number} {self.pick(['and', 'unless'])} "
                f"{inner} {self.pick(COMPARING)} {self.pick(NUMBERS)})"
            )
        return f"({self.pick([self.counted, self.share])()} {self.pick(COMPARING)}{boolean} {number})"

    def counted(self):
        op = self.pick(["count_over_time", "rate", "bytes_rate", "count_over_time", "absent_over_time"])
        inner = f"{op}({self.logs()} [{self.pick(RANGES)}])"
        outer = self.pick(["", "sum", "sum by (app) ", "max", "count", "avg by (level) ", "topk(2, "])
        inner = f"{outer}{inner})" if outer.endswith(", ") else f"{outer}({inner})"
        return f"({inner} or vector({self.pick(NUMBERS)}))" if self.chance(0.1) else inner

    def share(self):
        logs, span, by = self.logs(), self.pick(RANGES), self.pick(["", " by (app)", " by (level)"])
        op = self.pick(["count_over_time", "rate"])
        some = f"{logs} {self.pick(LINE_FILTERS)}"
        factor = self.pick(["", "", "100 * "])
        whole = f"sum{by} ({op}({logs} [{span}]))"
        return f"({factor}sum{by} ({op}({some} [{span}])) {self.pick('/-/')} {whole})"

    def logs(self):
        if self.chance(0.5):
            selector = self.pick(SELECTORS)
        else:
            chosen = self.random.sample(MATCHERS, self.pick([1, 2, 2]))
            selector = "{" + ", ".join(chosen) + "}"
        stages = [self.pick(LINE_FILTERS) for _ in range(self.pick([0, 0, 1, 2]))]
        if self.chance(0.5):
            stages.append(self.pick(["| json", "| logfmt", "| json | logfmt"]))
        stages += [f"| {self.pick(CONDITIONS)}" for _ in range(self.pick([0, 1, 1, 2, 3]))]
        if self.chance(0.2):
            stages.insert(
                self.random.randrange(len(stages) + 1),
                self.pick(
                    ["| drop level", '| label_format level="error"', "| label_format level=app",
                     "| keep level",
                     '| line_format "{{.level}}"', '| drop __error__']
                ),
            )  # fmt: skip
        if self.chance(0.4):
            stages.append('| __error__=""')
        return " ".join([selector, *stages])
