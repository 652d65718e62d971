#include "report/html/assets.hpp"

namespace straycat::report {

const std::string_view page_style = R"css(
:root{color-scheme:light dark;--bg:#fff;--fg:#1c1e21;--dim:#5c6370;--line:#d5d9e0;--panel:#f5f6f8;--ready:#2a7f62;--unready:#c9ced6;--leaving:#8c6d1f;--stray:#b3261e;--ok:#9cc9b7;--fail:#b3261e;--lat1:#dfe6f2;--lat2:#a9bfe3;--lat3:#3f6cb5;--mark:#1c1e21;--link:#1f4f99}
@media (prefers-color-scheme:dark){:root{--bg:#16181c;--fg:#e6e8eb;--dim:#a2a9b4;--line:#363b44;--panel:#1f2228;--ready:#4cb391;--unready:#4a505b;--leaving:#c9a24a;--stray:#ff8a80;--ok:#2f5f50;--fail:#ff8a80;--lat1:#232f45;--lat2:#36527f;--lat3:#8fb3ee;--mark:#e6e8eb;--link:#9cc0ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:14px/1.45 system-ui,sans-serif}
main{max-width:2200px;margin:0 auto;padding:12px 18px}
header p{margin:2px 0;color:var(--dim);font-size:12px;overflow-wrap:anywhere}
h1{font-size:20px;line-height:1.3;margin:6px 0 8px;overflow-wrap:anywhere}
h2{font-size:16px;margin:22px 0 6px;border-bottom:1px solid var(--line)}
.word{display:inline-block;padding:1px 8px;border:2px solid currentColor;border-radius:4px;font-size:13px;margin-right:8px;vertical-align:2px}
.found .word{color:var(--stray)}.none .word{color:var(--ready)}.inconclusive .word{color:var(--leaving)}
.bar{display:flex;gap:8px;align-items:center;flex-wrap:wrap;margin:4px 0}
button{font:inherit;color:var(--fg);background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:2px 10px;cursor:pointer}
button:focus-visible,rect:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:1px}
#lanes{position:relative;border:1px solid var(--line);border-radius:4px;background:var(--panel);overflow:hidden;touch-action:pan-y}
.lane{display:grid;grid-template-columns:190px 1fr;border-top:1px solid var(--line)}
.lane:first-child{border-top:0}
.name,.owner{padding:0 8px;font-size:12px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;align-self:center}
.owner{font-weight:600;border-top:1px solid var(--line);padding-top:2px}
.owner.stray{color:var(--stray)}
.endpoint .name{padding-left:20px}
.stray .name{color:var(--stray)}
.track{display:block;width:100%;height:18px;background:var(--bg);overflow:hidden}
.axis .track{height:18px;background:var(--panel)}.steps .track{height:34px}.outcomes .track{height:44px}.latency .track{height:36px}.events .track{height:16px}
.tick,.tag{font-size:11px;fill:var(--dim)}
rect{min-width:1.5px}
.ready{fill:var(--ready)}.ready.stray{fill:url(#p-stray)}.notready{fill:url(#p-unready)}.serving,.terminating{fill:url(#p-leaving)}
.probe{fill:var(--ready);stroke:var(--ready);stroke-width:1.5}.probe.bad{fill:var(--stray);stroke:var(--stray);stroke-width:2.5}
.phase.even{fill:var(--lat1)}.phase.odd{fill:var(--unready);opacity:.6}
.step{fill:var(--lat3)}.step.failed{fill:url(#p-fail)}
.ok{fill:var(--ok)}.fail{fill:url(#p-fail)}.mark{stroke:var(--mark);stroke-width:1;opacity:.55}
.burst{fill:none;stroke:var(--fail);stroke-width:2}
.lmax{fill:var(--lat1)}.lp99{fill:var(--lat2)}.lp50{fill:var(--lat3)}.late{fill:var(--leaving)}
.kevent{stroke:var(--dim);stroke-width:2}.kevent.warning{stroke:var(--stray);stroke-width:3}
.blind{fill:url(#p-blind)}
#cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--fg);pointer-events:none;display:none}
.guide{position:absolute;top:0;bottom:0;width:0;border-left:2px dashed var(--fail);pointer-events:none;opacity:.7}
#detail{min-height:22px;margin:6px 0;font-size:13px;color:var(--dim);overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:12px;color:var(--dim);margin:4px 0}
.legend svg{width:18px;height:11px;vertical-align:-1px;margin-right:4px}
.fix{border:1px solid var(--line);border-left:5px solid var(--ready);border-radius:4px;padding:6px 10px;margin:8px 0;background:var(--panel)}
.fix h2{border:0;margin:0}
pre,code{font:12.5px/1.4 ui-monospace,monospace}
pre{margin:4px 0;padding:6px 8px;background:var(--bg);border:1px solid var(--line);overflow-x:auto}
code{overflow-wrap:anywhere}
table{border-collapse:collapse;font-size:13px}
.scroll{overflow-x:auto}
th,td{text-align:left;padding:2px 10px 2px 0;border-bottom:1px solid var(--line);vertical-align:top}
td.num,th.num{text-align:right}
.evidence li{margin:4px 0}
.bad{color:var(--stray);font-weight:600}
@media (max-width:700px){.lane{grid-template-columns:84px 1fr}main{padding:8px}h1{font-size:17px}}
@media (min-width:2400px){body{font-size:20px}.track{height:28px}.outcomes .track{height:80px}.name,.owner,.tick,.tag,.legend{font-size:17px}}
@media print{:root{color-scheme:light}.bar,#cursor{display:none}main{padding:0}details{display:block}#lanes,.fix{break-inside:avoid}.track{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

}  // namespace straycat::report
