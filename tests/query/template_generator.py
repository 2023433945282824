"""Go templates at random: mostly well-formed, and then damaged. Same seed, same templates."""

import random

WORDS = [
    "$labels.job", "$value", "$labels", "$x", "$", ".", ".Labels.a.b", ".a", '"s"', "`r`", "5",
    "1.5e3", "0x1F", "-3",
    "true", "nil", "humanize $value", "printf `%d` 5", 'query "up"', "first", "(1)", "('a').b",
    "foo 1", "len .", "'x'",
    "1i", "08", "1_0", "'xy'", '"\\q"', "label `a` .", ". | first | value",
    "$value | humanize | printf `%s`", "1+2i",
]  # fmt: skip
TOKENS = [
    "{{", "}}", "{{-", "-}}", " -}}", "{{- ", "end", "else", "if", "range", "with", "(", ")", "|",
    "$x", ":=", "=",
    ".", ".a", '"', "`", "'", "{{/* c */}}", "{{end}}", "{{else}}", " ", "\n", "é", "!", ",", "5",
    "break", "define",
    'template "x"', "foo", "0x", "$value", "humanize", "{{else if 1}}",
]  # fmt: skip


class Template:
    """A source of templates."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def template(self) -> str:
        """One template, whole or damaged."""
        text = self.body(3)
        for _ in range(self.random.choice([0, 0, 1, 1, 2, 3])):
            at = self.random.randrange(len(text) + 1)
            end = min(len(text), at + self.random.choice([1, 1, 2, 4]))
            token = self.random.choice(TOKENS)
            text = self.random.choice(
                [
                    text[:at] + text[end:],
                    text[:at] + token + text[at:],
                    text[:at] + token + text[end:],
                    text[:at],
                ]
            )
        return text

    def body(self, depth: int) -> str:
        return "".join(self.piece(depth) for _ in range(self.random.choice([0, 1, 1, 2, 3])))

    def pipe(self) -> str:
        text = " ".join(self.random.choice(WORDS) for _ in range(self.random.choice([1, 1, 1, 2])))
        if self.random.random() < 0.2:
            text += " | " + self.random.choice(
                ["humanize", "first", "5", "toUpper", "nosuch", ".a", "$x", '"s"']
            )
        if self.random.random() < 0.1:
            text = f"({text}).A"
        return text

    def piece(self, depth: int) -> str:
        left, right = self.random.choice([("{{", "}}"), ("{{ ", " }}"), ("{{- ", " -}}"), ("{{\n", "\n}}")])
        kind = self.random.randrange(14) if depth else self.random.randrange(5)
        if kind < 2:
            return self.random.choice(["text ", "a{b}", "\n", "{ {", "é"])
        if kind < 5:
            return f"{left}{self.pipe()}{right}"
        if kind == 5:
            return f"{left}$x {self.random.choice([':=', '='])} {self.pipe()}{right}{self.body(depth - 1)}"
        if kind < 9:
            word = self.random.choice(["if", "with", "range", "if"])
            declared = self.random.choice(["", "", "$y := ", "$i, $e := ", "$x = ", "$i, "])
            middle = self.random.choice(
                ["", "{{else}}", "{{else if .}}", "{{else with .a}}", "{{else}}{{else}}"]
            )
            inside = self.random.choice(["", "{{break}}", "{{continue}}", "{{$y}}", "{{$e}}"])
            body = f"{self.body(depth - 1)}{inside}{middle}{inside if middle else ''}{self.body(depth - 1)}"
            return f"{left}{word} {declared}{self.pipe()}{right}{body}{{{{end}}}}"
        return self.random.choice(
            [
                f'{left}template "x"{right}',
                f'{left}template "x" {self.pipe()}{right}',
                f"{left}template x{right}",
                f'{left}define "d{self.random.random()}"{right}{self.body(depth - 1)}{{{{end}}}}',
                f'{left}block "b{self.random.random()}" {self.pipe()}{right}{self.body(0)}{{{{end}}}}',
                "{{/* comment */}}",
                "{{- /* comment\n */ -}}",
                "{{/* a */ }}",
            ]
        )
