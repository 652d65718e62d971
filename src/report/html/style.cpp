#include "report/html/assets.hpp"

namespace straycat::report {

const std::string_view page_style = R"css(
:root{color-scheme:light dark;--names:252px;--bg:#fff;--fg:#1c1e21;--dim:#565d69;--line:#d5d9e0;--panel:#f5f6f8;--ready:#2a7f62;--unready:#c9ced6;--leaving:#8c6d1f;--stray:#b3261e;--ok:#9cc9b7;--fail:#b3261e;--lat1:#dfe6f2;--lat2:#a9bfe3;--lat3:#2f5aa0;--mark:#1c1e21;--link:#1f4f99}
@media (prefers-color-scheme:dark){:root{--bg:#16181c;--fg:#e6e8eb;--dim:#a8afba;--line:#363b44;--panel:#1f2228;--ready:#4cb391;--unready:#4a505b;--leaving:#c9a24a;--stray:#ff8a80;--ok:#2f5f50;--fail:#ff8a80;--lat1:#232f45;--lat2:#36527f;--lat3:#8fb3ee;--mark:#e6e8eb;--link:#9cc0ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:14px/1.45 system-ui,sans-serif}
main{max-width:2200px;margin:0 auto;padding:8px 18px}
header p{margin:2px 0;color:var(--dim);font-size:12px;overflow-wrap:anywhere}
header p.plain{color:var(--fg);font-size:14px;margin:0 0 4px}
h1{font-size:20px;line-height:1.3;margin:4px 0 4px;overflow-wrap:anywhere}
h2{font-size:16px;margin:22px 0 6px;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.word{display:inline-block;padding:1px 8px;border:2px solid currentColor;border-radius:4px;font-size:13px;margin-right:8px;vertical-align:2px}
.found .word,.failed .word{color:var(--stray)}.none .word,.passed .word{color:var(--ready)}.inconclusive .word,.open .word{color:var(--leaving)}
header .word.seen,.run .word.seen{color:var(--fg);border:1px solid var(--dim)}
header ul{margin:2px 0 4px;padding-left:20px}
.bar{display:flex;gap:8px;align-items:center;flex-wrap:wrap;margin:4px 0}
button{font:inherit;color:var(--fg);background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:2px 10px;cursor:pointer}
:focus-visible{outline:3px solid var(--link);outline-offset:1px}
.lanes{position:relative;border:1px solid var(--line);border-radius:4px;background:var(--panel);overflow:hidden;touch-action:pan-y;user-select:none;-webkit-user-select:none}
.lane{display:grid;grid-template-columns:var(--names) 1fr;border-top:1px solid var(--line)}
.lane:first-child,.room{border-top:0}
.name,.owner{padding:0 8px;font-size:12px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;align-self:center}
.name{display:flex;gap:8px;justify-content:space-between}.name span{overflow:hidden;text-overflow:ellipsis}.name .v{color:var(--dim);flex:none;max-width:60%}
.owner{font-weight:600;border-top:1px solid var(--line);padding-top:2px}.owner small,.name small{font-weight:400;color:var(--dim)}.name small{font-size:10.5px}
.owner.stray{color:var(--stray)}
.tagged{border:1px solid currentColor;border-radius:3px;padding:0 4px;font-size:10px}
.endpoint .name,.kind .name{padding-left:20px}
.stray .name{color:var(--stray)}
.track{display:block;width:100%;height:18px;background:var(--bg);overflow:hidden}
.axis .track,.room .track{background:var(--panel)}.steps .track{height:34px}.outcomes .track{height:40px}.latency .track{height:42px}.events .track,.kind .track{height:16px}
.tick,.tag{font-size:11px;fill:var(--dim)}
.latency .tick,.tick.share{font-size:9px;paint-order:stroke;stroke:var(--bg);stroke-width:3px}
rect{min-width:1.5px}
.ready{fill:var(--ready)}.ready.stray{fill:url(#p-stray)}.notready{fill:url(#p-unready)}.serving,.terminating{fill:url(#p-leaving)}
path{vector-effect:non-scaling-stroke}
.probe{fill:none;stroke:var(--ready);stroke-width:2}.probe.bad{stroke:var(--stray);stroke-width:3}
.phase.even{fill:var(--lat1)}.phase.odd{fill:var(--unready);opacity:.6}
.step{fill:var(--lat3);stroke:var(--bg);stroke-width:.5}.step.failed{fill:url(#p-fail)}
.ok{fill:var(--ok)}.fail{fill:url(#p-fail)}.mark{fill:var(--mark)}.dense{fill:var(--fail);opacity:.45}
.burst{fill:none;stroke:var(--fail);stroke-width:2}
.lmax{fill:var(--lat1)}.lp99{fill:var(--lat2)}.lp50{fill:none;stroke:var(--lat3);stroke-width:2.5}.late{fill:none;stroke:var(--leaving);stroke-width:1.5;stroke-dasharray:4 3}.rule{stroke:var(--line);fill:none}
.fault{fill:var(--leaving);fill-opacity:.35;stroke:currentColor;stroke-opacity:.6;stroke-width:1}
.kevent{fill:var(--dim)}.kevent.warning{fill:var(--stray);stroke:var(--stray);stroke-width:1}
.blind{fill:url(#p-blind)}
.over{position:absolute;left:var(--names);right:0;top:0;bottom:0;overflow:hidden;pointer-events:none}
.brush{position:absolute;top:0;bottom:0;display:none;background:var(--link);opacity:.25}
.cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--fg);display:none}
.guide{position:absolute;top:19px;bottom:0;min-width:1px;border-left:1.5px solid var(--fail);border-right:1.5px dashed var(--fail)}
.guide.end{border-left-style:dashed;border-right-style:solid}
.guide b{position:absolute;top:0;right:100%;padding:0 5px;font-size:11px;line-height:18px;white-space:nowrap;color:var(--stray);background:var(--panel)}
.guide.end b{right:auto;left:100%}.guide.flip b{right:auto;left:100%}.guide.end.flip b{left:auto;right:100%}
#detail{min-height:40px;margin:6px 0 0;font-size:13px;color:var(--dim);overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:12px;color:var(--dim);margin:4px 0}
.legend svg{width:18px;height:11px;vertical-align:-1px;margin-right:4px}
.fix{border:1px solid var(--line);border-left:5px solid var(--ready);border-radius:4px;padding:6px 10px;margin:8px 0;background:var(--panel)}
.fix h2{border:0;margin:0}.fix ol,.fix ul{margin:6px 0}
pre,code{font:12.5px/1.4 ui-monospace,monospace}
pre{margin:4px 0;padding:6px 8px;background:var(--bg);border:1px solid var(--line);overflow-x:auto}
code{overflow-wrap:anywhere}
table{border-collapse:collapse;font-size:13px;margin-bottom:8px}
.scroll{overflow-x:auto}
th,td{text-align:left;padding:2px 10px 2px 0;border-bottom:1px solid var(--line);vertical-align:top}
td.num,th.num{text-align:right;white-space:nowrap}
.evidence li{margin:4px 0}
.bad{color:var(--stray);font-weight:600}
li,p,summary{overflow-wrap:anywhere}
.anchor{color:var(--dim);font-weight:400;text-decoration:none;opacity:0}h2:hover .anchor,.anchor:focus{opacity:1}
.sieve[hidden]{display:none}input,select{font:inherit;color:var(--fg);background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:2px 6px}
summary{cursor:pointer;padding:2px 0}
.runs{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(260px,100%),1fr));gap:10px}
.run{border:1px solid var(--line);border-radius:4px;padding:6px 10px;background:var(--panel);overflow-wrap:anywhere}.run p{margin:4px 0}
@media (max-width:700px){:root{--names:104px}main{padding:8px}h1{font-size:17px}.guide b{display:none}.name .v{display:none}.name,.owner{padding:0 4px;font-size:11px}.endpoint .name,.kind .name{padding-left:4px}}
@media (min-width:2400px){:root{--names:340px}main{max-width:none}body{font-size:21px}h1{font-size:32px}h2{font-size:25px}.word{font-size:20px}header p,header p.plain,#detail,table,pre,code{font-size:19px}.track{height:30px}.steps .track{height:54px}.outcomes .track{height:80px}.latency .track{height:80px}.events .track,.kind .track{height:26px}.guide{top:31px}.name,.owner,.tick,.tag,.legend,.guide b{font-size:17px}.guide b{line-height:30px}}
@page{size:A4;margin:12mm}
@media print{:root{color-scheme:light;--names:200px;--bg:#fff;--fg:#1c1e21;--dim:#565d69;--line:#d5d9e0;--panel:#f5f6f8;--ready:#2a7f62;--unready:#c9ced6;--leaving:#8c6d1f;--stray:#b3261e;--ok:#9cc9b7;--fail:#b3261e;--lat1:#dfe6f2;--lat2:#a9bfe3;--lat3:#2f5aa0;--mark:#1c1e21}.bar,button,.cursor,.anchor,#detail{display:none}.name,.owner,.name span{white-space:normal;overflow:visible;overflow-wrap:anywhere;text-overflow:clip}.name small{display:block}main{padding:0}.lanes,.fix,tr{break-inside:avoid}h2{break-after:avoid}.scroll{overflow:visible}td,code{overflow-wrap:anywhere}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

}  // namespace straycat::report
