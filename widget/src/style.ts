/** The widget's own style sheet, inside its shadow: no page can break it, and it breaks no page. */

export const style = `
:host { all: initial; }
* { box-sizing: border-box; }
.root { --brand: #2456c4; --on-brand: #fff; --paper: #fff; --ink: #16191d; --soft: #eef0f3; --line: #d3d8df; --dim: #555d68;
  --bad: #b3261e; position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
@media (prefers-color-scheme: dark) {
  .root { --paper: #1b1e23; --ink: #eceff3; --soft: #2a2f36; --line: #454c56; --dim: #b3bac4; --bad: #ffb4ab; } }
button { font: inherit; cursor: pointer; }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; box-shadow: 0 0 0 2px var(--paper); }
.launcher { width: 60px; height: 60px; border: 0; border-radius: 50%; background: var(--brand); color: var(--on-brand);
  display: grid; place-items: center; box-shadow: 0 6px 20px rgb(0 0 0 / .25); float: right; position: relative; }
.launcher svg { width: 28px; height: 28px; }
.badge { position: absolute; top: -4px; right: -4px; min-width: 24px; height: 24px; border-radius: 12px; padding: 0 6px;
  background: #b3261e; color: #fff; font-size: 13px; line-height: 24px; font-weight: 600; }
.panel { position: absolute; right: 0; bottom: 76px; width: 370px; height: min(560px, calc(100vh - 120px)); background: var(--paper);
  border: 1px solid var(--line); border-radius: 16px; display: flex; flex-direction: column; overflow: hidden;
  box-shadow: 0 16px 48px rgb(0 0 0 / .22); }
.panel[hidden], .badge[hidden], .note[hidden], .typing[hidden], .email[hidden], .left[hidden] { display: none; }
header { background: var(--brand); color: var(--on-brand); padding: 10px 8px 10px 18px; display: flex; align-items: center; }
h2 { font-size: 16px; font-weight: 600; margin: 0; flex: 1; }
.close { width: 44px; height: 44px; border: 0; background: none; color: inherit; border-radius: 10px; }
.close:focus-visible { outline-color: var(--on-brand); box-shadow: none; outline-offset: -4px; }
.log { flex: 1; overflow-y: auto; padding: 16px; display: flex; flex-direction: column; gap: 4px; overscroll-behavior: contain; }
.day { align-self: center; color: var(--dim); font-size: 12px; margin: 10px 0 4px; }
.row { max-width: 84%; display: flex; gap: 8px; align-items: flex-end; margin-top: 4px; }
.row.mine { align-self: flex-end; }
.who { width: 30px; height: 30px; border-radius: 50%; background: var(--soft); color: var(--ink); flex: none; display: grid;
  place-items: center; font-size: 12px; font-weight: 600; overflow: hidden; }
.who img { width: 100%; height: 100%; object-fit: cover; }
.bubble { background: var(--soft); border-radius: 14px 14px 14px 4px; padding: 9px 13px; overflow-wrap: anywhere; white-space: pre-wrap; }
.mine .bubble { background: var(--brand); color: var(--on-brand); border-radius: 14px 14px 4px 14px; }
.bubble a { color: inherit; }
.meta { font-size: 12px; color: var(--dim); margin: 1px 4px 0; }
.meta.name { margin: 8px 0 0 42px; } .mine + .meta, .meta.mine { align-self: flex-end; }
.meta.bad { color: var(--bad); }
.meta button { border: 0; background: none; color: inherit; text-decoration: underline; padding: 4px; min-height: 28px; }
.typing, .note { padding: 4px 18px 8px; color: var(--dim); font-size: 13px; min-height: 28px; }
form { border-top: 1px solid var(--line); padding: 10px; display: grid; grid-template-columns: 1fr auto; gap: 8px; }
textarea, input { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--dim); border-radius: 10px;
  padding: 10px 12px; width: 100%; resize: none; min-height: 44px; }
textarea { max-height: 120px; }
.email { grid-column: 1 / -1; display: grid; gap: 4px; font-size: 13px; color: var(--ink); }
.send { background: var(--brand); color: var(--on-brand); border: 0; border-radius: 10px; min-width: 44px; height: 44px; padding: 0 14px; align-self: end; }
.left, .wrong { grid-column: 1 / -1; font-size: 12px; color: var(--dim); }
.wrong { color: var(--bad); } .wrong:empty { display: none; }
@media (max-width: 480px) { .root.open { inset: 0; right: 0; bottom: 0; } .root.open .panel { inset: 0; width: 100%; height: 100%;
  border: 0; border-radius: 0; bottom: 0; } .root.open .launcher { display: none; } }
@media (prefers-reduced-motion: no-preference) { .panel:not([hidden]) { animation: rise .16s ease-out; }
  @keyframes rise { from { opacity: 0; transform: translateY(8px); } } }
`;
