"""How the proof's page looks: one style sheet, no script, nothing fetched. Readable when printed."""

CSS = """
:root { color-scheme: light; --line: #d8dbe0; --soft: #5b6470; --bad: #b3261e; --good: #1b6e3c; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2128; }
body { margin: 0 auto; padding: 24px; max-width: 1080px; }
h1 { font-size: 22px; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 40px 0 4px; padding-top: 12px; border-top: 2px solid var(--line); }
h3 { font-size: 14px; margin: 18px 0 4px; color: var(--soft); }
p { margin: 4px 0; }
a { color: #1f5fa8; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { background: #f4f5f7; border-left: 3px solid var(--line); padding: 8px 12px; overflow-x: auto; }
pre { margin: 6px 0; }
pre.bad { border-color: var(--bad); }
table { border-collapse: collapse; width: 100%; margin: 12px 0; font-size: 14px; }
th, td { text-align: left; padding: 3px 8px; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
.proven { color: var(--good); }
.refuted { color: var(--bad); font-weight: 600; }
.notrun, .notmeant, .soft { color: var(--soft); }
svg { display: block; max-width: 100%; height: auto; margin: 6px 0; }
ul { margin: 4px 0; padding-left: 20px; }
summary { cursor: pointer; color: var(--soft); }
@media print { body { max-width: none; padding: 0; } svg, pre { break-inside: avoid; } }
""".strip()
