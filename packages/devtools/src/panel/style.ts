export const STYLE = `
:host {
  --back: #fff; --raised: #f4f5f7; --line: #d9dde3; --text: #1b1f26; --quiet: #5a6472; --in: #0f766e; --out: #0b5fd0; --good: #17713b; --bad: #b4231c;
  all: initial;
  position: fixed; right: 12px; bottom: 12px; z-index: 2147483000;
  font: 13px/1.45 system-ui, sans-serif; color: var(--text);
}
@media (prefers-color-scheme: dark) {
  :host { --back: #14171c; --raised: #1d2128; --line: #343b46; --text: #e6e9ee; --quiet: #a2acba; --in: #4fd1b5; --out: #7db1ff; --good: #74d99a; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, input { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: 5px; padding: 3px 9px; min-height: 28px; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--out); outline-offset: 1px; }
.pill { border-radius: 99px; box-shadow: 0 1px 6px #0003; }
.pill::before { content: ""; display: inline-block; width: 8px; height: 8px; border-radius: 50%; margin-right: 7px; background: var(--bad); }
.pill[data-state="open"]::before { background: var(--good); }
section { width: min(440px, calc(100vw - 24px)); height: min(480px, calc(100vh - 70px)); margin-bottom: 8px; display: flex; flex-direction: column;
  background: var(--back); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 4px 20px #0004; overflow: hidden; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 6px 12px; margin: 0; padding: 10px 12px; border-bottom: 1px solid var(--line); }
dt { color: var(--quiet); font-size: 11px; }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.pending { margin: 0; padding: 8px 12px; color: var(--quiet); border-bottom: 1px solid var(--line); list-style: none; max-height: 84px; overflow: auto; }
.bar { padding: 8px 12px; border-bottom: 1px solid var(--line); display: flex; gap: 8px; }
.bar input { flex: 1; min-width: 0; }
.frames { flex: 1; overflow: auto; overflow-x: hidden; }
details { border-bottom: 1px solid var(--line); padding: 3px 12px; }
summary { display: grid; grid-template-columns: 46px minmax(0, 1fr) 62px 62px; gap: 8px; cursor: default; list-style: none; }
summary > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.number { text-align: right; color: var(--quiet); font-variant-numeric: tabular-nums; }
.in { color: var(--in); } .out { color: var(--out); }
pre { margin: 4px 0; padding: 8px; background: var(--raised); border-radius: 5px; font: 12px/1.4 ui-monospace, Consolas, "Liberation Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 200px; overflow: auto; }
.empty { color: var(--quiet); padding: 16px; text-align: center; margin: 0; }
`;
