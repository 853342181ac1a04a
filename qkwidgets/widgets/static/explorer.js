var Lt="http://www.w3.org/2000/svg";function Ce(e,t,n){for(let[o,r]of Object.entries(t))r!==void 0&&r!==!1&&e.setAttribute(o,r===!0?"":String(r));return e.append(...n),e}function i(e,t={},...n){return Ce(document.createElement(e),t,n)}function E(e,t={},...n){return Ce(document.createElementNS(Lt,e),t,n)}function L(e,t){for(let[n,o]of Object.entries(t))if(o===void 0||o===!1)e.removeAttribute(n);else{let r=o===!0?"":String(o);e.getAttribute(n)!==r&&e.setAttribute(n,r)}}function T(e,t){e.textContent!==t&&(e.textContent=t)}var N={"data-lm-suppress-shortcuts":"true"};function G(e,t,n,o){let r=i("select",N,...t.map(([a,s])=>i("option",{value:a},s)));return r.addEventListener("change",()=>n(r.value),{signal:o}),{root:i("label",{class:"field"},i("span",{},e),r),input:r}}var Nt=["class","style","data-jp-theme-light","data-theme","data-color-mode"];function Pt(e){for(let t=e;t;t=Rt(t)){let n=getComputedStyle(t).backgroundColor,o=_t(n);if(o)return{theme:.2126*o[0]+.7152*o[1]+.0722*o[2]<128?"dark":"light",paper:n}}return{theme:He()?.matches?"dark":"light",paper:"Canvas"}}function Be(e,t,n){let o=()=>t(Pt(e)),r=new MutationObserver(o);for(let a of[document.documentElement,document.body])r.observe(a,{attributes:!0,attributeFilter:Nt});n.addEventListener("abort",()=>r.disconnect(),{once:!0}),He()?.addEventListener("change",o,{signal:n}),o()}var He=()=>globalThis.matchMedia?.("(prefers-color-scheme: dark)");function Rt(e){if(e.parentElement)return e.parentElement;let t=e.getRootNode();return t instanceof ShadowRoot?t.host:null}function _t(e){let[t,n,o,r=1]=e.match(/[\d.]+/g)?.map(Number)??[];return t===void 0||n===void 0||o===void 0||r<.5?void 0:[t,n,o]}function Oe(e){return{async render({model:t,el:n,signal:o}){let r=new AbortController,{signal:a}=r,s=i("div",{class:"qk-view",...N}),l=i("div",{class:"qk","data-qk-theme":"light"});qt(s.attachShadow({mode:"open"}),e.css).append(l),n.append(s),l.addEventListener("keydown",Ct,{signal:a});let d=()=>{r.abort(),s.remove()};o?.addEventListener("abort",d,{once:!0,signal:a});let c=(b,h)=>Be(s,({theme:u,paper:g})=>{l.setAttribute("data-qk-theme",u),l.style.setProperty("--paper",g),b(u)},h);return await e.render({model:Bt(t),root:l,signal:a,onTheme:c}),d}}}function qt(e,t){if("adoptedStyleSheets"in e&&"replaceSync"in CSSStyleSheet.prototype){let n=new CSSStyleSheet;n.replaceSync(t),e.adoptedStyleSheets=[n]}else e.append(i("style",{},t));return e}function Ct(e){e.ctrlKey||e.metaKey||e.altKey||e.key==="Escape"||e.key==="Tab"||e.stopPropagation()}function Bt(e){let t=n=>{try{n()}catch{}};return{get:n=>e.get(n),set:(n,o)=>t(()=>e.set(n,o)),on(n,o,r){if(r.aborted)return;let a=(...s)=>{r.aborted||o(...s)};t(()=>e.on(n,a)),r.addEventListener("abort",()=>t(()=>e.off(n,a)),{once:!0})},save_changes:()=>t(()=>e.save_changes()),send:n=>t(()=>e.send(n))}}var Ue=`/* The explorer, in its own shadow root. Every colour has one home here; the page's theme is data-qk-theme on .qk. */

:host {
  all: initial;
  display: block;
}

.qk {
  --ink: #1d2126;
  --soft: #5d6670;
  --faint: #8b949e;
  --rule: #d5dade;
  --wash: #f3f5f7;
  --band: #d9dee3;
  --accent: #b3471d;
  --mode-ink: #8d99a5;
  --bias-ink: #c9a13b;
  --unseen-ink: #d9dee3;
  --error: #a3242b;
  --query: #ff2b2b;
  --key: #00b8c4;
  --gutter: 38px;

  container: qk / inline-size;
  box-sizing: border-box;
  padding: 2px 4px 12px;
  color: var(--ink);
  color-scheme: light;
  font:
    13px / 1.45 system-ui,
    -apple-system,
    "Segoe UI",
    Roboto,
    "Helvetica Neue",
    Arial,
    sans-serif;
  font-variant-numeric: tabular-nums;
  -webkit-text-size-adjust: none;
}

.qk[data-qk-theme="dark"] {
  --ink: #e6e9ec;
  --soft: #a4adb6;
  --faint: #7d8791;
  --rule: #3a4149;
  --wash: #20252a;
  --band: #363d45;
  --accent: #f08a5d;
  --mode-ink: #7f8b97;
  --bias-ink: #c9a13b;
  --unseen-ink: #39414a;
  --error: #ff8d8d;
  color-scheme: dark;
}

.qk[data-qk-palette="orange-blue"] {
  --query: #e07800;
  --key: #0075ff;
}

.qk *,
.qk *::before {
  box-sizing: inherit;
}

/* type */

h2,
h3,
h4,
p,
figure {
  margin: 0;
  font-size: inherit;
  font-weight: inherit;
}

h2 {
  font-size: 17px;
  font-weight: 600;
  letter-spacing: -0.01em;
}

h3 {
  font-size: 14px;
  font-weight: 600;
}

h4 {
  font-weight: 600;
}

.tick,
.caption,
.legend,
.xlabel,
figcaption {
  color: var(--soft);
  font-size: 11px;
  line-height: 1.4;
}

svg .tick {
  fill: var(--soft);
}

.readout {
  display: block;
  min-height: 1.45em;
  font-size: 12px;
  white-space: pre-wrap;
}

.subtitle {
  color: var(--soft);
}

.number {
  text-align: right;
  white-space: nowrap;
}

.error:empty,
.note:empty {
  display: none;
}

.error {
  padding: 6px 10px;
  margin-bottom: 10px;
  border-left: 3px solid var(--error);
  color: var(--error);
}

.note {
  margin: 4px 0 8px;
  color: var(--soft);
  font-size: 12px;
}

/* frame */

.controls {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  gap: 6px 22px;
  padding: 10px 0;
  margin-bottom: 14px;
  border-bottom: 1px solid var(--rule);
}

.controls h2 {
  flex: 1 1 220px;
}

.sliders {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px 22px;
}

.selection {
  min-width: 6.2em;
  color: var(--accent);
  font-size: 17px;
  font-weight: 600;
}

.panels {
  display: grid;
  gap: 28px 36px;
}

.side {
  display: grid;
  gap: 26px;
  align-content: start;
  min-width: 0;
}

.panel {
  min-width: 0;
  contain: layout style;
}

.panel > header {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  justify-content: space-between;
  gap: 4px 16px;
  margin-bottom: 8px;
}

.qk[data-waiting] .gallery,
.qk[data-waiting] .columns {
  opacity: 0.55;
}

/* fields */

.field,
.slider {
  display: inline-flex;
  align-items: center;
  gap: 7px;
  color: var(--soft);
  font-size: 12px;
}

.slider input {
  width: 120px;
}

.slider output {
  min-width: 1.4em;
  color: var(--ink);
}

input[type="range"] {
  accent-color: var(--accent);
  height: 16px;
  margin: 0;
}

.options {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px 16px;
  margin-bottom: 12px;
}

.options input[type="range"] {
  width: 84px;
}

.options output {
  min-width: 2.6em;
}

select,
button {
  padding: 2px 8px;
  border: 1px solid var(--rule);
  border-radius: 4px;
  background: transparent;
  color: var(--ink);
  font: inherit;
  font-size: 12px;
  cursor: pointer;
}

select {
  max-width: 180px;
  padding: 2px 4px;
}

option {
  background: Canvas;
  color: CanvasText;
}

button:hover,
select:hover {
  border-color: var(--faint);
}

button[aria-pressed="true"] {
  border-color: var(--accent);
  color: var(--accent);
}

.segments {
  display: inline-flex;
}

.segments button {
  border-radius: 0;
  margin-left: -1px;
}

.segments button[aria-pressed="true"] {
  z-index: 1;
  position: relative;
}

.segments button:first-child {
  border-radius: 4px 0 0 4px;
}

.segments button:last-child {
  border-radius: 0 4px 4px 0;
}

.link {
  padding: 0;
  border: 0;
  text-decoration: underline;
  text-decoration-color: var(--rule);
  text-underline-offset: 2px;
}

:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 1px;
}

/* heads */

.panel.grid {
  container-type: inline-size;
}

.row {
  display: grid;
  grid-template-columns: var(--gutter) repeat(var(--layers), minmax(0, 1fr));
}

.row .tick {
  align-self: center;
}

.row.axis .tick {
  padding-top: 3px;
  text-align: center;
}

.cell {
  position: relative;
  height: 26px;
  margin: 0 1px 1px 0;
  font-size: min(10px, calc((100cqi - var(--gutter)) / var(--layers) * 0.42));
  line-height: 26px;
  text-align: center;
  overflow: hidden;
  cursor: pointer;
}

.cells[data-dense="true"] .cell {
  height: 17px;
  line-height: 17px;
  font-size: 0;
}

.cell[data-ink="dark"] {
  color: #14171a;
}

.cell[data-ink="light"] {
  color: #ffffff;
}

.cell[aria-selected="true"] {
  overflow: visible;
  box-shadow:
    0 0 0 2px var(--paper),
    0 0 0 4px var(--accent);
  z-index: 1;
}

.foot {
  display: flex;
  justify-content: space-between;
  align-items: center;
  flex-wrap: wrap;
  gap: 0 16px;
  padding: 8px 0 0 var(--gutter);
}

.legend {
  display: inline-flex;
  align-items: center;
  gap: 6px;
  padding-bottom: 11px;
  white-space: nowrap;
}

.legend .bar {
  position: relative;
  display: inline-flex;
  width: 110px;
  height: 9px;
}

.legend .bar .bar {
  width: 100%;
}

.legend .mid {
  position: absolute;
  top: 9px;
  left: 50%;
  transform: translateX(-50%);
  font-size: 10px;
}

/* charts */

.plot {
  display: grid;
  grid-template-columns: var(--gutter) minmax(0, 1fr);
}

.chart {
  display: block;
  width: 100%;
  overflow: visible;
}

.ylabels {
  position: relative;
}

.ylabels .tick {
  position: absolute;
  right: 7px;
  line-height: 1;
}

.ylabels .name {
  top: 44px;
}

.ylabels .one {
  top: 103px;
}

.ylabels .cos {
  top: 129px;
}

.ylabels .minus {
  top: 155px;
}

.ylabels .at {
  transform: translateY(-50%);
}

.rule,
.zero {
  stroke: var(--faint);
  stroke-width: 1;
}

.zero {
  stroke: var(--rule);
}

.band {
  fill: var(--band);
}

.cursor {
  fill: var(--accent);
  fill-opacity: 0.16;
}

.spectrum .bar {
  stroke: var(--faint);
  stroke-width: 0.7;
  vector-effect: non-scaling-stroke;
}

.spectrum .bar[fill="none"] {
  stroke-dasharray: 1.5 1.5;
}

.stem {
  fill: none;
  stroke: var(--faint);
  vector-effect: non-scaling-stroke;
}

/* Points: strokes of no length with round ends. */
.dots {
  fill: none;
  stroke: var(--ink);
  stroke-linecap: round;
  stroke-width: 4;
  vector-effect: non-scaling-stroke;
}

.dot {
  stroke: var(--soft);
  stroke-width: 0.7;
}

.hit {
  fill: transparent;
  cursor: pointer;
}

.bracket,
.hatch {
  stroke: var(--ink);
  stroke-width: 1.2;
}

.hatch {
  stroke: var(--faint);
}

.mean {
  stroke: var(--ink);
  stroke-width: 1.6;
}

.mean-dot {
  fill: var(--ink);
  pointer-events: none;
}

.trend .dot {
  cursor: pointer;
}

.ring {
  fill: none;
  stroke: var(--accent);
  stroke-width: 2;
}

.xlabel {
  padding-left: var(--gutter);
  text-align: center;
}

.trend .readout,
.spectrum .readout {
  padding: 5px 0 0 var(--gutter);
}

.trend .caption,
.spectrum .caption {
  padding-left: var(--gutter);
}

.overlay .readout {
  padding-top: 8px;
}

/* pictures */

.gallery {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(170px, 1fr));
  gap: 12px;
}

.gallery[data-layout="side"] {
  grid-template-columns: repeat(auto-fill, minmax(330px, 1fr));
}

.panes {
  display: grid;
  gap: 3px;
}

.gallery[data-layout="side"] .panes {
  grid-template-columns: repeat(3, minmax(0, 1fr));
}

.gallery[data-layout="overlay"] .pane:not([data-side="picture"]) {
  display: none;
}

.pane {
  position: relative;
  isolation: isolate;
  background: #000000;
  cursor: crosshair;
  overflow: hidden;
  touch-action: manipulation;
}

.pane > * {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
}

/* Light is added to a dim grey photograph, so that white can only mean query and key together. */
.pane img {
  filter: grayscale(1) brightness(0.55);
}

.pane .map {
  mix-blend-mode: screen;
  opacity: 0.9;
  image-rendering: pixelated;
}

.gallery[data-layout="side"] [data-side="picture"] img {
  filter: none;
}

.gallery[data-layout="side"] [data-side="picture"] .map {
  display: none;
}

.outline rect {
  fill: none;
  stroke: #ffffff;
  stroke-width: 1.5;
  vector-effect: non-scaling-stroke;
}

.outline .halo {
  stroke-width: 3.5;
}

.outline.query rect:not(.halo) {
  stroke: var(--query);
}

.outline.key rect:not(.halo) {
  stroke: var(--key);
}

.outline.hover .halo {
  stroke: #000000;
  stroke-width: 2.5;
}

.ticks {
  fill: #000000;
  stroke: #ffffff;
  stroke-width: 0.75;
  vector-effect: non-scaling-stroke;
}

.choices circle {
  fill: #ffffff;
  stroke: #000000;
  stroke-width: 0.75;
  vector-effect: non-scaling-stroke;
}

figcaption {
  padding-top: 3px;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.picture[data-current] figcaption {
  color: var(--accent);
  font-weight: 600;
}

.picture[data-current] .panes {
  box-shadow:
    0 0 0 2px var(--paper),
    0 0 0 4px var(--accent);
}

.missing {
  padding: 8px 0;
  color: var(--accent);
}

.maplegend {
  display: grid;
  grid-template-columns: auto minmax(0, 1fr);
  align-items: start;
  gap: 4px 16px;
  padding: 10px 0 4px;
  color: var(--soft);
  font-size: 11px;
}

.mixture {
  position: relative;
  padding: 0 0 15px 15px;
}

.words {
  display: grid;
  gap: 3px;
  max-width: 96ch;
}

.square {
  display: block;
  width: 46px;
  height: 46px;
  image-rendering: auto;
}

.mixture span {
  position: absolute;
  font-size: 10px;
  line-height: 1;
}

.mixture .x {
  bottom: 2px;
  left: 16px;
}

.mixture .y {
  bottom: 16px;
  left: 0;
  writing-mode: vertical-rl;
  transform: rotate(180deg);
}

.maplegend[data-layout="overlay"] .scalebar,
.maplegend[data-layout="side"] .mixture {
  display: none;
}

.scalebar b {
  min-width: 3.2em;
  font-weight: 600;
}

.maplegend[data-layout="side"] {
  grid-template-columns: auto auto;
  justify-content: start;
}

.maplegend[data-layout="side"] .words {
  grid-column: 1 / -1;
}

/* attention */

.columns {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(240px, 1fr));
  gap: 20px 32px;
}

.column {
  display: grid;
  gap: 8px;
  align-content: start;
  min-width: 0;
}

[hidden] {
  display: none !important;
}

.stage {
  max-width: 320px;
}

.prefix {
  display: flex;
  flex-wrap: wrap;
  gap: 6px;
}

.prefix button[data-key] {
  border-style: dashed;
  border-color: var(--key);
}

.stack {
  position: relative;
  height: 24px;
  background: var(--wash);
}

.segment {
  position: absolute;
  top: 0;
  bottom: 0;
  overflow: hidden;
  border-right: 1px solid var(--paper);
  color: #ffffff;
  font-size: 10px;
  line-height: 24px;
  text-align: center;
}

.segment[data-mode] {
  cursor: pointer;
}

.segment.mode,
.swatch.mode {
  background: var(--mode-ink);
}

.segment[data-selected],
.swatch[data-selected] {
  background: var(--accent);
}

.segment.others,
.swatch.others {
  background: var(--band);
}

.segment.rest,
.swatch.rest {
  background: repeating-linear-gradient(45deg, var(--band) 0 3px, transparent 3px 6px);
}

.segment.bias,
.swatch.bias {
  background: var(--bias-ink);
}

.segment.unseen,
.swatch.unseen {
  background: transparent;
  box-shadow: inset 0 0 0 1px var(--faint);
}

.stack i {
  position: absolute;
  top: -3px;
  bottom: -3px;
  width: 1px;
  background: var(--ink);
}

.stack .sum {
  width: 3px;
  margin-left: -1px;
  top: -5px;
  bottom: -5px;
}

table {
  border-collapse: collapse;
  font-size: 12px;
}

th,
td {
  padding: 1px 0;
  font-weight: inherit;
  text-align: left;
  vertical-align: top;
}

.parts {
  width: 100%;
}

.parts th {
  padding-left: 16px;
}

.parts .swatch {
  margin-left: -16px;
}

.parts .number {
  padding-left: 10px;
  text-align: right;
}

.swatch {
  display: inline-block;
  width: 9px;
  height: 9px;
  margin-right: 7px;
}

.total {
  padding-top: 4px;
  border-top: 1px solid var(--rule);
  font-size: 12px;
  font-weight: 600;
}

.line {
  display: flex;
  justify-content: space-between;
  gap: 8px;
}

.ranks {
  display: grid;
  gap: 1px;
}

.rank {
  display: grid;
  grid-template-columns: 3em minmax(0, 1fr) 4.6em;
  align-items: center;
  gap: 8px;
  padding: 1px 4px;
  border-color: transparent;
  text-align: left;
}

.rank .track {
  height: 9px;
}

.rank i {
  display: block;
  height: 100%;
  background: var(--mode-ink);
}

.rank[aria-pressed="true"] i {
  background: var(--accent);
}

.rank[data-hollow] i {
  background: transparent;
  box-shadow: inset 0 0 0 1px var(--mode-ink);
}

/* about */

.about {
  padding-top: 10px;
  margin-top: 20px;
  border-top: 1px solid var(--rule);
  font-size: 12px;
}

.about summary {
  color: var(--soft);
  cursor: pointer;
}

.about h4 {
  margin: 14px 0 4px;
}

.about th,
.about td {
  padding: 2px 20px 2px 0;
}

.about tbody td:only-of-type {
  overflow-wrap: anywhere;
}

.about thead th {
  color: var(--soft);
}

.about ul {
  padding-left: 18px;
  margin: 0;
}

/* narrow and wide */

@container qk (max-width: 560px) {
  .sliders {
    flex: 1 1 100%;
  }

  .slider {
    display: grid;
    grid-template-columns: 3.2em minmax(0, 1fr) auto;
    flex-basis: 100%;
  }

  .slider input {
    width: auto;
  }
}

@container qk (min-width: 800px) {
  .controls {
    position: sticky;
    top: 0;
    z-index: 2;
    background: var(--paper);
  }

  .panels:has(> .side + .side) {
    grid-template-columns: minmax(300px, 5fr) minmax(0, 9fr);
  }
}

@media (prefers-reduced-motion: reduce) {
  .qk * {
    transition: none !important;
  }
}
`;var Ve=e=>typeof e=="object"&&e!==null&&"base64"in e;function De(e){return e==null||e===""?!0:ArrayBuffer.isView(e)?e.byteLength===0:!(typeof e=="string"||e instanceof ArrayBuffer||Ve(e))}async function J(e){if(ArrayBuffer.isView(e))return new Uint8Array(e.buffer,e.byteOffset,e.byteLength);if(e instanceof ArrayBuffer)return new Uint8Array(e);if(typeof e=="string")return Fe(e);if(Ve(e)){let t=Fe(e.base64);return e.gzip?Ot(t):t}throw new Error("Bytes were expected, but nothing that holds bytes came with this view.")}function Fe(e){let t=Uint8Array.fromBase64;if(t)return t.call(Uint8Array,e);let n=atob(e),o=new Uint8Array(n.length);for(let r=0;r<n.length;r++)o[r]=n.charCodeAt(r);return o}async function Ot(e){let t=new Blob([e]).stream().pipeThrough(new DecompressionStream("gzip"));return new Uint8Array(await new Response(t).arrayBuffer())}var ie=e=>e.replace(/-/g,"−");function P(e,t=3){if(!Number.isFinite(e))return"–";let n=Math.abs(e);if(n!==0&&(n<.001||n>=1e5))return ie(e.toExponential(1));let o=n===0?t-1:Math.max(0,t-1-Math.floor(Math.log10(n)));return ie(e.toFixed(o))}var V=e=>Number.isFinite(e)?ie(Math.abs(e)<.005?"0.00":e.toFixed(2)):"–";function X(e){if(!Number.isFinite(e))return"–";let t=e!==0&&Math.abs(e)<.0995?1:0;return ie(`${(100*e).toFixed(t)} %`)}function H(e,t){if(!(t>0))return P(e,4);let n=Math.max(-4,Math.floor(Math.log10(t))),o=Math.ceil(t/10**n-1e-9)*10**n,r=Math.max(0,-n);return`${ie(e.toFixed(r))} ± ${o.toFixed(r)}`}function ze(e){return e.length<2?e.join(""):`${e.slice(0,-1).join(", ")} and ${e.at(-1)}`}var B=(e,t,n)=>Math.min(n,Math.max(t,e));function le(e,t){let n=(t[1]-t[0])/(e[1]-e[0]||1);return o=>t[0]+(o-e[0])*n}var je={U8:Uint8Array,I8:Int8Array,U16:Uint16Array,I16:Int16Array,I32:Int32Array,F32:Float32Array,F64:Float64Array};function de(e){let t=Ut(e),n=8+t.length,o=new Map;for(let[r,a]of Object.entries(t.entries)){if(r==="__metadata__")continue;let[s,l]=a.data_offsets;if(n+l>e.length)throw Z(`tensor "${r}" ends after the last byte`);if(!(a.dtype in je))throw Z(`tensor "${r}" is of the unknown type ${a.dtype}`);let d=a.dtype;o.set(r,{dtype:d,shape:a.shape,data:Ft(e.subarray(n+s,n+l),d)})}return o}function Ut(e){if(e.length<8)throw Z(`it has ${e.length} bytes`);let t=Number(new DataView(e.buffer,e.byteOffset,8).getBigUint64(0,!0));if(t>e.length-8)throw Z("its header is longer than itself");try{return{length:t,entries:JSON.parse(new TextDecoder().decode(e.subarray(8,8+t)))}}catch{throw Z("its header is not readable")}}function Ft(e,t){let n=je[t],o=e.byteOffset%n.BYTES_PER_ELEMENT===0?e:e.slice();return new n(o.buffer,o.byteOffset,o.byteLength/n.BYTES_PER_ELEMENT)}var Z=e=>new Error(`Data of this view must be whole safetensors bytes: ${e}. Make the page or the file again.`);function _(e,t){let n=e.get(t);if(!n)throw Z(`tensor "${t}" is not in it`);return n}var D=class{length;#t;#e;#n;constructor(t,n){let{shape:o,data:r,dtype:a}=_(t,n);this.length=o.at(-1)??1,this.#t=r,!(a==="F32"||a==="F64")&&(this.#e=_(t,`${n}.lo`).data,this.#n=_(t,`${n}.step`).data)}get exact(){return this.#n===void 0}at(t,n){let o=this.#t[t*this.length+n]??Number.NaN;return this.#n?(this.#e?.[t]??0)+(this.#n[t]??0)*o:o}bound(t){return this.#n?(this.#n[t]??0)/2:0}row(t){let n=new Float32Array(this.#t.subarray(t*this.length,(t+1)*this.length));if(!this.#n)return n;let o=this.#e?.[t]??0,r=this.#n[t]??0;for(let a=0;a<n.length;a++)n[a]=o+r*n[a];return n}};var z=({layout:e})=>e.n_cls+e.n_distill+e.n_registers,he=({layout:e})=>e.grid[0]*e.grid[1];function W(e,t){let n=t-z(e);if(n<0)return e.tokens[t]??`token ${t}`;let o=e.layout.grid[1];return`r${Math.floor(n/o)} c${n%o}`}var we=class{#t;#e;constructor(t,n){this.#t=de(t),this.#e=n}modes(t,n,o){let{n_heads:r,n_modes:a}=this.#e,s=(n*r+o)*a;return _(this.#t,t).data.subarray(s,s+a)}heads(t){return _(this.#t,t).data}layers(t){return _(this.#t,t).data}headNumber(t){let n=this.#e.n_layers*this.#e.n_heads;return _(this.#t,"head_numbers").data.subarray(t*n,(t+1)*n)}ranking(t,n,o,r){let{n_layers:a,n_heads:s,n_modes:l}=this.#e,d=((n*a+o)*s+r)*l;return _(this.#t,t).data.subarray(d,d+l)}shareOfBias(t,n,o){let{n_layers:r,n_heads:a}=this.#e;return _(this.#t,"share_bias").data[(t*r+n)*a+o]??Number.NaN}isNull(t,n,o){return this.modes("null",t,n)[o]===1}partners(t,n,o){let r=this.modes("degenerate",t,n),a=r[o]??-1;return a<0?[]:[...r.keys()].filter(s=>s!==o&&r[s]===a)}caveat(t,n,o){if(this.isNull(t,n,o))return"null mode: its singular value is zero to rounding, its directions are arbitrary";let r=this.partners(t,n,o).map(s=>`M${s}`);return r.length?`defined only together with ${ze(r)}`:(this.modes("stability",t,n)[o]??0)>=1?"may turn under the rounding of the stored weights":""}};async function Ie(e,t){let{meta:n}=e;if(n?.format!==1)throw new Error(n?.format?`This view reads format 1, but its data say format ${n.format}. They were made by a newer qkwidgets; update it.`:"The description of this view did not arrive with it. Run the cell again, or make the page again.");let[o,r]=await Promise.all([J(e.spectra).then(a=>new we(a,n)),n.images.length?J(e.pictures).then(a=>Vt(a,n,t)):[]]);return{meta:n,spectra:o,pictures:r}}function Vt(e,t,n){let o=de(e),r=t.images.map(({mime:a},s)=>URL.createObjectURL(new Blob([_(o,`image.${s}`).data],{type:a})));return n.addEventListener("abort",()=>r.forEach(a=>{URL.revokeObjectURL(a)}),{once:!0}),r}var fe=class{#t;#e=new Set;#n=new Set;#r=0;#o=!1;constructor(t,n){this.#t={...t},n.addEventListener("abort",()=>this.#a(),{once:!0})}get state(){return this.#t}get watchers(){return this.#e.size}set(t){for(let n of Object.keys(t)){let o=t[n];Object.is(this.#t[n],o)||(this.#t[n]=o,this.#n.add(n))}this.#n.size&&!this.#r&&!this.#o&&(this.#r=requestAnimationFrame(()=>this.flush()))}watch(t,n,o){let r={keys:t,react:n};this.#e.add(r),o.addEventListener("abort",()=>this.#e.delete(r),{once:!0})}flush(){cancelAnimationFrame(this.#r);for(let t=0;this.#n.size&&t<4;t++){let n=this.#n;this.#n=new Set;for(let{keys:o,react:r}of this.#e)o.some(a=>n.has(a))&&r()}this.#r=0}#a(){this.#o=!0,cancelAnimationFrame(this.#r),this.#e.clear()}};function Ke(e,t,n,o){for(let s of n)e.on(`change:${s}`,()=>t.set({[s]:e.get(s)}),o);let r=Dt(()=>e.save_changes(),80,o),a=()=>{let s=n.filter(l=>!Object.is(e.get(l),t.state[l]));for(let l of s)e.set(l,t.state[l]);s.length&&r()};t.watch(n,a,o)}function Dt(e,t,n){let o,r=!1,a=()=>{o=void 0,r&&s()},s=()=>{r=!1,o=setTimeout(a,t),e()};return n.addEventListener("abort",()=>{clearTimeout(o),r&&e()},{once:!0}),()=>{o===void 0?s():r=!0}}var zt={light:{neutral:.955,end:.43,chroma:.15},dark:{neutral:.3,end:.85,chroma:.15}},ee={negative:312,positive:152,sequential:245},Me=128,ye={"red-cyan":{query:[255,0,0],key:[0,255,255],queryName:"red",keyName:"cyan"},"orange-blue":{query:[255,138,0],key:[0,117,255],queryName:"orange",keyName:"blue"}},Ee=(e,t,n)=>(255<<24|n<<16|t<<8|e)>>>0,Ge=e=>[e&255,e>>8&255,e>>16&255],We=Ee(0,0,0);function jt(e,t,n){let o=n*Math.PI/180,r=t*Math.cos(o),a=t*Math.sin(o),s=(e+.3963377774*r+.2158037573*a)**3,l=(e-.1055613458*r-.0638541728*a)**3,d=(e-.0894841775*r-1.291485548*a)**3;return Ee(Se(4.0767416621*s-3.3077115913*l+.2309699292*d),Se(-1.2684380046*s+2.6097574011*l-.3413193965*d),Se(-.0041960863*s-.7034186147*l+1.707614701*d))}function Se(e){let t=e<=.0031308?12.92*e:1.055*e**.4166666666666667-.055;return Math.round(255*Math.min(1,Math.max(0,t)))}function te(e,t){let{neutral:n,end:o,chroma:r}=zt[e];return Array.from({length:Me+1},(a,s)=>{let l=s/Me;return jt(n+(o-n)*l,r*l**.8,t)})}var Ae={light:{negative:te("light",ee.negative),positive:te("light",ee.positive),up:te("light",ee.sequential)},dark:{negative:te("dark",ee.negative),positive:te("dark",ee.positive),up:te("dark",ee.sequential)}},Te=(e,t)=>e[Math.round(Math.min(1,Math.max(0,t))*Me)],O=(e,t)=>e<0?Te(Ae[t].negative,-e):Te(Ae[t].positive,e||0),ne=(e,t)=>Te(Ae[t].up,e||0),re=e=>`rgb(${Ge(e).join(" ")})`;function Ye(e){let[t,n,o]=Ge(e).map(r=>(r/255)**2.2);return .2126*t+.7152*n+.0722*o>.22?"dark":"light"}function oe(e,t,n){let{query:o,key:r}=ye[n];return Ee(Math.round(e*o[0]+t*r[0]),Math.round(e*o[1]+t*r[1]),Math.round(e*o[2]+t*r[2]))}function $e({meta:e,spectra:t,tile:n,image:o},r,a,s){let l=t.modes("singular_values",n.layer,n.head)[r]??0,d=n.projection("query",o,r,a),c=n.projection("key",o,r,s),b=n.bound("query",o,r),h=n.bound("key",o,r),u=e.scale*l;return{value:u*d*c,bound:u*(Math.abs(d)*h+Math.abs(c)*b+b*h)}}function Qe(e,t){let o=e.tile.scoreRow(e.image,e.meta.row_tokens.indexOf(t))??(e.tile.nModes>=e.meta.n_modes?It(e,t):void 0);return o&&{...o,weights:Kt(o.scores)}}function It(e,t){let{meta:n,spectra:o,tile:r,image:a}=e,s=o.modes("singular_values",r.layer,r.head),l=new Float32Array(r.nTokens),d=0;for(let h=0;h<r.nModes;h++){let u=n.scale*(s[h]??0),g=r.projection("query",a,h,t),m=r.projections("key",a,h),x=0;for(let y=0;y<l.length;y++){let A=m[y];x=Math.max(x,Math.abs(A)),l[y]=l[y]+u*g*A}let w=r.bound("query",a,h),S=r.bound("key",a,h);d+=u*(Math.abs(g)*S+x*w+w*S)}let c=r.biasQuery.at(a,t)+r.constant.at(0,0),b=r.biasKey.row(a);for(let h=0;h<l.length;h++)l[h]=l[h]+b[h]+c;return{scores:l,bound:d+r.biasKey.bound(a)+r.biasQuery.bound(a)+r.constant.bound(0)}}function Kt(e){let t=Number.NEGATIVE_INFINITY;for(let r of e)t=Math.max(t,r);let n=e.map(r=>Math.exp(r-t)),o=n.reduce((r,a)=>r+a,0);return n.map(r=>r/o)}function be(e,t){let n=o=>e*o/(1-e+e*o);return Math.max(n(Math.exp(2*t))-e,e-n(Math.exp(-2*t)))}function Je(e,t,n){let{meta:o,tile:r,image:a}=e,s=Array.from({length:r.nModes},(m,x)=>$e(e,x,t,n)),l={value:r.biasKey.at(a,n),bound:r.biasKey.bound(a)},d={value:r.biasQuery.at(a,t)+r.constant.at(0,0),bound:r.biasQuery.bound(a)+r.constant.bound(0)},c=Le([...s,l,d]),b=o.n_modes-r.nModes;if(b<=0)return{modes:s,rest:void 0,restCount:0,biasKey:l,unseen:d,score:c};let h=r.scoreRow(a,o.row_tokens.indexOf(t)),u=h&&{value:h.scores[n]??Number.NaN,bound:h.bound},g=u&&{value:u.value-c.value,bound:u.bound+c.bound};return{modes:s,rest:g,restCount:b,biasKey:l,unseen:d,score:u}}var Le=e=>({value:e.reduce((t,{value:n})=>t+n,0),bound:e.reduce((t,{bound:n})=>t+n,0)}),ge=(e,t,n)=>e==="auto"?t.autoSign(n):e;function Ne(e,t){let n=B(t,0,1)*(e.length-1),o=e[Math.floor(n)]??Number.NaN,r=e[Math.ceil(n)]??o;return o+(r-o)*(n-Math.floor(n))}var Gt=7;function Xe(e){let t=Array.from({length:e},()=>i("span",{class:"segment"})),[n,o]=[i("i",{class:"zero"}),i("i",{class:"sum"})];return{root:i("div",{class:"stack","aria-hidden":"true"},...t,n,o),paint(a,s,l){let d=u=>a.reduce((g,{value:m})=>g+(m*u>0?Math.abs(m):0),0),c=d(-1),b=100/(c+d(1)||1),h={low:c*b,high:c*b};for(let[u,g]of t.entries()){let m=a[u],x=Math.abs(m?.value||0)*b;m&&m.value<0&&(h.low-=x),Wt(g,m,m&&m.value<0?h.low:h.high,x,s),m&&m.value>0&&(h.high+=x)}n.style.left=`${c*b}%`,o.hidden=l===void 0,o.style.left=`${(c+(l??0))*b}%`}}}function Wt(e,t,n,o,r){if(e.hidden=o===0,!t||o===0)return;let a=t.mode===r;L(e,{class:`segment ${t.kind}`,"data-mode":t.mode,"data-selected":a}),T(e,t.mode!==void 0&&o>Gt?t.name:""),e.style.left=`${n}%`,e.style.width=`${o}%`}function Ze(){let e=i("i"),t=i("span"),n=i("button",{type:"button",class:"link",...N}),o=i("td",{class:"number"}),r=i("tr",{},i("th",{scope:"row"},e,t,n),o);return{root:r,paint(a,s){if(r.hidden=!a,!a)return;let l=a.mode!==void 0;L(e,{class:`swatch ${a.kind}`,"data-selected":l&&a.mode===s}),L(n,{"data-mode":a.mode,hidden:!l}),T(l?n:t,a.name),t.hidden=l,T(o,Number.isNaN(a.value)?"not known":H(a.value,a.bound)),L(o,{"data-value":Number.isNaN(a.value)?void 0:a.value})}}}var Pe=6,et=Pe+4;function nt({store:e,data:{meta:t},signal:n}){let o=i("p",{class:"subtitle"}),r=Xe(et),a=Array.from({length:et},()=>Ze()),s=i("table",{class:"parts"},i("tbody",{},...a.map(b=>b.root))),l=i("p",{class:"total"}),d=i("p",{class:"caption"}),c=i("div",{class:"column"},o,r.root,s,l,d);return c.addEventListener("click",b=>{let h=b.target.closest("[data-mode]")?.dataset.mode;h!==void 0&&e.set({mode:Number(h)})},{signal:n}),{root:c,paint(b,h,u){let{token:g,mode:m}=e.state;if(c.toggleAttribute("hidden",g<0),g<0)return;let x=Je(b,g,u),w=Yt(x,m);T(o,`score of query ${W(t,g)} with key ${W(t,u)}`),r.paint(w,m,x.score?.value);for(let[S,y]of a.entries())y.paint(w[S],m);T(l,Qt(x,h,u)),T(d,Jt(x))}}}function Yt(e,t){let n=e.modes.map((s,l)=>l).sort((s,l)=>tt(e,l)-tt(e,s)),o=n.slice(0,Pe);t<e.modes.length&&!o.includes(t)&&(o[Pe-1]=t);let r=n.filter(s=>!o.includes(s)),a=o.map(s=>({...e.modes[s],name:`M${s}`,kind:"mode",mode:s}));return r.length&&a.push({...Le(r.map(s=>e.modes[s])),name:`${r.length} other modes`,kind:"others"}),e.rest&&a.push({...e.rest,name:`${e.restCount} modes not in this page`,kind:"rest"}),a.push({...e.biasKey,name:"key-only term (bias)",kind:"bias"}),a.push({...e.unseen,name:"query-only term, constant",kind:"unseen"}),a}var tt=(e,t)=>Math.abs(e.modes[t]?.value??0);function Qt({score:e},t,n){if(!e)return"score: not known from this page";let o=t?.weights[n]??Number.NaN,r=t?`, attention weight ${H(o,be(o,t.bound))}`:"";return`sum = score ${H(e.value,e.bound)}${r}`}function Jt({score:e}){if(!e)return"The bar shows the parts that this page holds; the rest is not known, and neither is the sum.";let t="The last term is equal for all keys, so softmax does not see it.";return e.bound>0?`${t} ± bounds the rounding of embedded numbers.`:t}var j=class{canvas;colours;#t;#e;constructor(t,n,o){this.canvas=i("canvas",{width:t,height:n,class:o,"aria-hidden":"true"}),this.#t=this.canvas.getContext("2d"),this.#e=this.#t?.createImageData(t,n),this.colours=this.#e?new Uint32Array(this.#e.data.buffer):new Uint32Array(t*n)}paint(t){let{colours:n}=this;for(let o=0;o<n.length;o++)n[o]=t(o);this.#e&&this.#t?.putImageData(this.#e,0,0)}};var ae=.4,Y=class{root;#t;#e;#n;#r;#o={query:-1,key:-1,hover:-1};#a=[];#l=E("path",{class:"ticks"});#s=E("g",{class:"choices"});constructor({grid:[t,n],aspect:o,label:r,url:a}){this.#t=t,this.#e=n,this.#n=new j(n,t,"map");let s=c=>E("g",{class:`outline ${c}`,visibility:"hidden"},E("rect",{class:"halo",width:1,height:1}),E("rect",{width:1,height:1}));this.#r={key:s("key"),query:s("query"),hover:s("hover")};let l=E("svg",{class:"marks",viewBox:`0 0 ${n} ${t}`,preserveAspectRatio:"none","aria-hidden":"true"},this.#s,this.#l,this.#r.key,this.#r.hover,this.#r.query),d=a?[i("img",{src:a,alt:"",draggable:"false"})]:[];this.root=i("div",{class:"pane",role:"img",tabindex:0,"aria-label":r,...N},...d,this.#n.canvas,l),this.root.style.aspectRatio=String(o)}paint(t){this.#n.paint(t)}clear(){this.paint(()=>We),this.tick([],[])}tick(t,n){let o=s=>[s%this.#e,Math.floor(s/this.#e)],r=t.map(o).map(([s,l])=>`M${s} ${l}h${ae}l${-ae} ${ae}z`),a=n.map(o).map(([s,l])=>`M${s+1} ${l+1}h${-ae}l${ae} ${-ae}z`);L(this.#l,{d:[...r,...a].join("")})}outline(t,n){if(this.#o[t]===n)return;this.#o[t]=n;let o=n<0||n>=this.#t*this.#e;L(this.#r[t],o?{visibility:"hidden"}:{visibility:"visible",transform:`translate(${n%this.#e} ${Math.floor(n/this.#e)})`})}offer(t){this.#a.join()!==t.join()&&(this.#a=t,this.#s.replaceChildren(...t.map(n=>E("circle",{cx:n%this.#e+.5,cy:Math.floor(n/this.#e)+.5,r:.14}))))}listen(t,n){this.root.addEventListener("pointermove",o=>t.hover(this.#i(o)),{signal:n}),this.root.addEventListener("pointerleave",()=>t.leave(),{signal:n}),this.root.addEventListener("blur",()=>t.leave(),{signal:n}),this.root.addEventListener("click",o=>t.choose(this.#i(o)),{signal:n}),this.root.addEventListener("keydown",o=>this.#d(o,t),{signal:n})}#i({clientX:t,clientY:n}){let{left:o,top:r,width:a,height:s}=this.root.getBoundingClientRect(),l=B(Math.floor((t-o)/a*this.#e),0,this.#e-1);return B(Math.floor((n-r)/s*this.#t),0,this.#t-1)*this.#e+l}#d(t,n){let o=B(n.cursor(),0,this.#t*this.#e-1),r=o%this.#e,s={ArrowLeft:r>0?o-1:o,ArrowRight:r<this.#e-1?o+1:o,ArrowUp:o>=this.#e?o-this.#e:o,ArrowDown:o<(this.#t-1)*this.#e?o+this.#e:o}[t.key];if(s!==void 0)n.hover(s);else if(t.key==="Enter"||t.key===" ")n.choose(o);else return;t.preventDefault()}};var Re=["layer","head","mode","image","token","sign","view"];function U(e,t,n,...o){let r=i("header",{},i("h3",{},t),...n);return i("section",{class:`panel ${e}`,"data-testid":`qk-${e}`,"aria-label":t},r,...o)}function I(e,t){e.set({view:{...e.state.view,...t}})}function K({tile:e,layer:t,head:n}){return e&&e.layer===t&&e.head===n?e:null}var Xt=8,Zt={share:"Share of the visible score (patches to patches). Shares add up to 1 and can be negative: such a mode opposes the total.",peak:"Largest σ · query · key over the patches, the reading closest to optimal images. Does not add up.",energy:"Squared size of the mode’s part over that of the visible score. Does not add up to 1: modes overlap."};function rt({store:e,data:{meta:t,spectra:n},signal:o}){let r=i("p",{class:"subtitle"}),a=G("by",["share","peak","energy"].map(u=>[u,u]),u=>I(e,{rank:u}),o),s=Array.from({length:Math.min(Xt,t.n_modes)},()=>en()),l=i("p",{class:"total"}),d=i("p",{class:"caption"}),c=i("div",{class:"ranks"},...s.map(({root:u})=>u)),b=i("div",{class:"column"},i("div",{class:"line"},r,a.root),c,l,d);return c.addEventListener("click",u=>{let g=u.target.closest("[data-mode]")?.dataset.mode;g!==void 0&&e.set({mode:Number(g)})},{signal:o}),{root:b,paint(u){let{layer:g,head:m,image:x,mode:w,view:S}=e.state,y=n.ranking(S.rank,x,g,m),A=f=>Number.isFinite(y[f])?y[f]:Number.NEGATIVE_INFINITY,v=Array.from(y.keys()).sort((f,k)=>A(k)-A(f)),M=Math.max(...v.slice(0,s.length).map(f=>Math.abs(y[f]??0)))||1;a.input.value=S.rank,T(r,`modes of ${t.images[x]?.name??"this image"}`);for(let[f,k]of s.entries()){let p=v[f]??0;k.paint({mode:p,value:y[p]??Number.NaN,extent:M,rank:S.rank,selected:p===w,held:p<u})}T(l,h(S.rank,v.slice(0,s.length).map(f=>y[f]??0))),T(d,Zt[S.rank])}};function h(u,g){if(u!=="share")return`${t.n_modes-g.length} more modes, each smaller`;let{layer:m,head:x,image:w}=e.state,S=n.shareOfBias(w,m,x),y=1-S-g.reduce((A,v)=>A+v,0);return`bias ${X(S)} · not shown ${X(y)} (${t.n_modes-g.length} modes)`}}function en(){let e=i("span",{class:"name"}),t=i("i"),n=i("span",{class:"number"}),o=i("button",{type:"button",class:"rank",...N},e,i("span",{class:"track"},t),n);return{root:o,paint({mode:r,value:a,extent:s,rank:l,selected:d,held:c}){T(e,`M${r}`),T(n,l==="peak"?P(a):X(a)),t.style.width=`${100*Math.max(0,a)/s||0}%`,L(o,{"data-mode":r,"aria-pressed":String(d),"data-hollow":!c}),o.title=c?"":"its maps are not in this page"}}}function ot(e){let{store:t,data:n,signal:o}=e,{meta:r}=n,a=z(r),s=i("p",{class:"subtitle"}),l=i("div",{class:"stage"}),d=r.images.map((v,M)=>{let f=new Y({grid:r.layout.grid,aspect:v.width/v.height,url:n.pictures[M],label:`${v.name}: attention of the query patch`});return f.listen(tn(e,M),o),f}),c=nn(e),b=i("p",{class:"caption"}),h=nt(e),u=rt(e),g=i("div",{class:"column"},s,l,c.root,b),m=U("attention","What makes the attention",[],i("div",{class:"columns"},g,h.root,u.root));function x(v,M,f){let k=d[M.image];if(!k)return;l.firstElementChild!==k.root&&l.replaceChildren(k.root);let p=v?.weights.subarray(a,a+he(r)),$=p?.reduce((q,Q)=>Math.max(q,Q),0)??0;p&&$>0?k.paint(q=>oe(0,(p[q]??0)/$,M.view.palette)):k.clear(),k.outline("query",M.token-a),k.outline("key",f-a),k.outline("hover",M.hover?.image===M.image?M.hover.patch:-1),k.offer(v||!w()?[]:r.row_tokens.map(q=>q-a).filter(q=>q>=0));let R=M.token<0?"":W(r,M.token);T(s,R?`from query ${R} to every key`:"choose a query token"),T(b,v?S(v,$):y(M.token)),c.paint(v,M.token,f)}let w=()=>(K(t.state)?.nModes??0)<r.n_modes;function S(v,M){let f=v.bound>0?`; scores rounded to ±${P(v.bound,1)}`:"";return`Softmax over all ${v.weights.length} tokens; brightest patch ${P(M)}${f}.`}function y(v){return v<0?"Click a patch on a picture, or a token here.":"The attention of this patch needs all modes, and this page holds some of them. It carries whole rows for the dotted patches and the tokens here."}return{root:m,keys:["tile","layer","head","mode","image","token","view","theme","hover","keyToken"],paint(){let v=t.state,M=K(v);if(!M)return;let f={meta:r,spectra:n.spectra,tile:M,image:v.image},k=v.token<0?void 0:Qe(f,v.token),p=A(v,k);x(k,v,p),h.paint(f,k,p),u.paint(M.nModes)}};function A({hover:v,image:M,keyToken:f,token:k},p){return v?.image===M?a+v.patch:f>=0?f:p?p.weights.indexOf(p.weights.reduce(($,R)=>Math.max($,R),0)):k}}function tn({store:e,data:t},n){let o=z(t.meta);return{hover:r=>{e.state.hover?.patch!==r&&e.set({hover:{image:n,patch:r}})},leave:()=>e.set({hover:null}),choose:r=>e.set({keyToken:o+r}),cursor:()=>{let{hover:r,keyToken:a,token:s}=e.state;return r?.image===n?r.patch:(a>=0?a:s)-o}}}function nn({store:e,data:{meta:t},signal:n}){let o=t.tokens.map((r,a)=>{let s=i("span",{class:"number"}),l=i("button",{type:"button","data-token":a,...N},`${r} `,s);return l.title=`use ${r} as the query`,l.addEventListener("click",()=>e.set({token:a,keyToken:-1}),{signal:n}),{button:l,weight:s}});return{root:i("div",{class:"prefix"},...o.map(({button:r})=>r)),paint(r,a,s){for(let[l,{button:d,weight:c}]of o.entries()){let b=r?.weights[l]??0;T(c,r?H(b,be(b,r.bound)):""),L(d,{"aria-pressed":String(l===a),"data-key":l===s})}}}}function at({store:e,data:t,signal:n}){let{meta:o}=t,r={layer:o.n_layers,head:o.n_heads,mode:o.n_modes},a=Object.keys(r).map(u=>rn(u,r[u]-1,g=>e.set({[u]:g}),n)),s=i("output",{class:"selection","data-testid":"qk-selection","aria-live":"polite"}),l=G("image",o.images.map(({name:u},g)=>[String(g),u]),u=>e.set({image:Number(u)}),n),d=o.images.length>1?[l.root]:[],c=i("h2",{},o.title),b=i("div",{class:"sliders"},...a.map(u=>u.root),...d);return{root:i("header",{class:"controls"},c,s,b),keys:["layer","head","mode","image"],paint(){let{layer:u,head:g,mode:m,image:x}=e.state;for(let{name:w,paint:S}of a)S(e.state[w]);T(s,`L${u} H${g} M${m}`),l.input.value=String(x)}}}function rn(e,t,n,o){let r=i("input",{type:"range",min:0,max:t,step:1,value:0,"aria-label":e,"data-testid":`qk-slider-${e}`,...N}),a=i("output",{class:"number"});return r.addEventListener("input",()=>n(Number(r.value)),{signal:o}),{name:e,root:i("label",{class:"slider"},i("span",{},e),r,a),paint(s){r.value!==String(s)&&(r.value=String(s)),T(a,String(s))}}}function st({meta:e}){let t=e.about.map(({question:d,choice:c,alternative:b,source:h})=>i("tr",{},i("th",{scope:"row"},d),i("td",{},c),i("td",{},b),i("td",{},h))),n=i("tr",{},...["open in the paper","here","alternative","source"].map(d=>i("th",{scope:"col"},d))),o=Object.entries(e.provenance).map(([d,c])=>i("tr",{},i("th",{scope:"row"},d),i("td",{},typeof c=="string"?c:JSON.stringify(c)))),r=e.images.map(({name:d,source:c,licence:b})=>i("tr",{},i("th",{scope:"row"},d),i("td",{},[c,b].filter(Boolean).join(" · ")||"–"))),a=(d,c)=>c.length?[i("h4",{},d),...c]:[],s=d=>d.length?[i("ul",{},...d.map(c=>i("li",{},c)))]:[],l=d=>d.length?[i("table",{},i("tbody",{},...d))]:[];return i("details",{class:"about"},i("summary",N,"About this view"),...a("Choices",t.length?[i("table",{},i("thead",{},n),i("tbody",{},...t))]:[]),...a("Notes",s(e.notes)),...a("Left out of this page",s(e.left_out)),...a("Pictures",l(r)),...a("Where it comes from",l(o)))}function it({meta:e},t){let n=(o,r)=>Math.min(Math.max(0,Math.trunc(o)||0),Math.max(0,r-1));return{layer:n(t.layer,e.n_layers),head:n(t.head,e.n_heads),mode:n(t.mode,e.n_modes),image:n(t.image,e.images.length)}}function on(e){if(!(e>0))return 1;let t=10**Math.floor(Math.log10(e));return([1,2,5,10].find(n=>n*t>=e*(1-1e-9))??10)*t}var lt=41,an={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,-1],ArrowDown:[0,1]};function dt({store:e,data:t,signal:n}){let{n_layers:o,n_heads:r,head_numbers:a}=t.meta,s=Array.from({length:o*r},(f,k)=>sn(Math.floor(k/r),k%r)),l=(f,k)=>s[f*r+k],d=ln(o,r,l),c=i("div",{class:"legend"}),b=i("output",{class:"readout","aria-live":"off"}),h=G("colour",a.map(({key:f,label:k})=>[f,k]),f=>I(e,{number:f}),n),u=U("grid","Heads",[h.root],d,i("div",{class:"foot"},c,b)),g=f=>f.target.closest("[data-head]"),m=f=>({layer:Number(f.dataset.layer),head:Number(f.dataset.head)}),x=f=>{f&&e.set(m(f))},w=f=>{let{layer:k,head:p}=f?m(f):e.state,{label:$,values:R}=y();T(b,`L${k} H${p}  ${$} ${P(R[k*r+p]??Number.NaN)}`)};d.addEventListener("click",f=>x(g(f)),{signal:n}),d.addEventListener("pointerover",f=>w(g(f)),{signal:n}),d.addEventListener("pointerleave",()=>w(null),{signal:n}),d.addEventListener("keydown",S,{signal:n});function S(f){let k=an[f.key];if(!k)return;f.preventDefault();let{layer:p,head:$}=e.state;x(l(B(p+k[0],0,o-1),B($+k[1],0,r-1))),e.flush(),l(e.state.layer,e.state.head).focus()}function y(){let f=Math.max(0,a.findIndex(({key:p})=>p===e.state.view.number));return{...a[f]??{key:"",label:"",diverging:!0,about:""},values:t.spectra.headNumber(f)}}let A="",v;function M(){let{theme:f}=e.state,k=y();if(A===`${k.key} ${f}`)return;A=`${k.key} ${f}`,h.input.value=k.key,h.root.title=k.about;let p=dn(k,f);for(let[$,R]of s.entries()){let q=k.values[$]??Number.NaN,Q=p.colour(q);R.style.backgroundColor=re(Q),R.dataset.ink=Ye(Q);let ke=`layer ${Math.floor($/r)}, head ${$%r}`;R.setAttribute("aria-label",`${ke}: ${k.label} ${P(q)}`),T(R,p.short(q))}c.replaceChildren(...cn(p))}return{root:u,keys:["layer","head","view","theme"],paint(){M();let{layer:f,head:k}=e.state;v&&L(v,{tabindex:-1,"aria-selected":"false"}),v=l(f,k),L(v,{tabindex:0,"aria-selected":"true"}),w(null)}}}function sn(e,t){return i("div",{role:"gridcell",class:"cell",tabindex:-1,"aria-selected":"false","data-layer":e,"data-head":t,...N})}function ln(e,t,n){let o=Array.from({length:e},(l,d)=>d),r=Array.from({length:t},(l,d)=>i("div",{role:"row",class:"row"},i("span",{role:"rowheader",class:"tick"},`H${d}`),...o.map(c=>n(c,d)))),a=i("div",{role:"row",class:"row axis"},i("span",{role:"columnheader",class:"tick"},""),...o.map(l=>i("span",{role:"columnheader",class:"tick","aria-label":`layer ${l}`},`${l}`))),s=i("div",{role:"grid",class:"cells","aria-label":"heads by layer"},...r,a);return s.style.setProperty("--layers",String(e)),s.dataset.dense=String(t>8||e>16),s}function dn({values:e,diverging:t},n){let o=Array.from(e).filter(Number.isFinite),r=on(o.reduce((l,d)=>Math.max(l,Math.abs(d)),0)),a=l=>r<=1?V(l).replace(/^(\u2212?)0\./,"$1."):P(l,2);if(t)return{low:-r,high:r,colour:l=>O(l/r,n),short:a};let s=Math.min(0,...o);return{low:s,high:r,colour:l=>ne((l-s)/(r-s),n),short:a}}function cn({low:e,high:t,colour:n}){let o=new j(lt,1,"bar");o.paint(a=>n(e+(t-e)*a/(lt-1)));let r=e<0&&t>0?[i("span",{class:"mid"},"0")]:[];return[i("span",{},P(e,2)),i("span",{class:"bar"},o.canvas,...r),i("span",{},P(t,2))]}function _e(e,t,n){let o=[];return{strength:e.map((a,s)=>{let l=n>0?t*a/n:0;return Math.abs(l)>1&&o.push(s),Math.max(-1,Math.min(1,l))}),clipped:o}}function ct(e,t,n){let{strength:o,clipped:r}=_e(e,t,n);return{strength:o.map(a=>Math.max(0,a)),clipped:r.filter(a=>(o[a]??0)>0)}}function ut(e,t){let n=e.map(d=>t*d),o=n.slice().sort(),r=Ne(o,.3),a=Ne(o,.95);if(!(a>r))return{strength:new Float32Array(e.length),clipped:[]};let s=[];return{strength:n.map((d,c)=>(d>a&&s.push(c),Math.max(0,Math.min(1,(d-r)/(a-r))))),clipped:s}}var mt=(e,t)=>Math.abs(e)<t?0:e;function pt(e,t){let{store:n,data:o,signal:r}=e,{meta:a}=o,s=z(a),{name:l,width:d,height:c}=a.images[t]??{name:"",width:1,height:1},b={grid:a.layout.grid,aspect:d/c},h=new Y({...b,url:o.pictures[t],label:`${l}: query and key map`}),u=new Y({...b,label:`${l}: query map`}),g=new Y({...b,label:`${l}: key map`}),m={picture:h,query:u,key:g};for(let[S,y]of Object.entries(m))y.root.dataset.side=S,y.listen(un(e,t),r);let x=i("figure",{class:"picture","data-image":t},i("div",{class:"panes"},h.root,u.root,g.root),i("figcaption",{},l));function w(S,y,A){let{mode:v,view:M}=n.state,f=S.projections(y,t,v).subarray(s,s+he(a)),k=A==="-"?-1:1;return M.scale==="percentile"?ut(f,k):(M.layout==="side"?_e:ct)(f,k,S.range(y,v))}return{root:x,clear:()=>Object.values(m).forEach(S=>{S.clear()}),paint(S,y){let{view:A,theme:v}=n.state,M={query:w(S,"query",y),key:w(S,"key",y)},f=(p,$)=>mt(M[p].strength[$]??0,A.threshold);if(A.layout==="overlay"){h.paint(p=>oe(f("query",p),f("key",p),A.palette)),h.tick(M.query.clipped,M.key.clipped);return}let k=p=>A.scale==="percentile"?ne(p,v):O(p,v);u.paint(p=>k(f("query",p))),u.tick(M.query.clipped,[]),g.paint(p=>k(f("key",p))),g.tick([],M.key.clipped),h.clear()},mark(){let{image:S,token:y,hover:A}=n.state;x.toggleAttribute("data-current",t===S);for(let v of Object.values(m))v.outline("query",t===S?y-s:-1),v.outline("hover",A?.image===t?A.patch:-1)}}}function un({store:e,data:t},n){let o=z(t.meta);return{hover(r){let{hover:a}=e.state;(a?.image!==n||a.patch!==r)&&e.set({hover:{image:n,patch:r}})},leave:()=>e.set({hover:null}),choose:r=>e.set({image:n,token:o+r,keyToken:-1}),cursor(){let{hover:r,token:a}=e.state;return r?.image===n?r.patch:a-o}}}var se=12,ht=24;function yt(){let e=new j(se,se,"square"),t={query:ft(),key:ft()},n=i("div",{class:"mixture"},e.canvas,i("span",{class:"x"},"query →"),i("span",{class:"y"},"key →")),[o,r]=[i("p"),i("p")],a=i("div",{class:"maplegend"},n,t.query.root,t.key.root,i("div",{class:"words"},o,r)),s="";return{root:a,paint({view:l,sign:d,auto:c,theme:b,tile:h,mode:u}){let{layout:g,palette:m,scale:x}=l;s!==`${g} ${m} ${x} ${b}`&&(s=`${g} ${m} ${x} ${b}`,a.dataset.layout=g,T(r,pn(l)),hn(e,m),t.query.colour(x,b),t.key.colour(x,b));for(let w of["query","key"])t[w].label(w,x,h?.range(w,u)??0);T(o,h?mn(l,d,c,h,u):"")}}}function mn(e,t,n,o,r){let a=`Sign ${t==="-"?"−":"+"}${n?", the one with the larger score over these images":""}.`,s=ye[e.palette],l=e.layout==="side"?"query and key":`${s.queryName} query, ${s.keyName} key`;if(e.scale==="percentile")return`${a} Scale as in the paper: ${l} from the 30th to the 95th percentile of each map by itself. Zero and sign are hidden; maps cannot be compared.`;let d=`query a = ${P(o.range("query",r))}, key a = ${P(o.range("key",r))}`,c=e.layout==="side"?"from −a to a":"from 0 to a (positive part)";return`${a} Scale: ${l} ${c}; ${d}: 99th percentile of |projection| over all images shown.`}function pn({layout:e,palette:t}){let n="Corner ticks: patches beyond the range, drawn at its end.";if(e==="side")return`Information flows from the key map’s regions to the query map’s. ${n}`;let{queryName:o,keyName:r}=ye[t];return`Information flows ${r} → ${o}. The two colours are projections, not attention: white is strong in both and does not mean that a patch attends to itself. ${n}`}function hn(e,t){e.paint(n=>{let o=n%se/(se-1),r=1-Math.floor(n/se)/(se-1);return oe(o,r,t)})}function ft(){let e=new j(ht,1,"bar"),[t,n,o]=[i("b"),i("span"),i("span")];return{root:i("div",{class:"scalebar legend"},t,n,e.canvas,o),colour(a,s){let l=d=>d/(ht-1);a==="percentile"?e.paint(d=>ne(l(d),s)):e.paint(d=>O(2*l(d)-1,s))},label(a,s,l){T(t,a),T(n,s==="percentile"?"p30":P(-l)),T(o,s==="percentile"?"p95":P(l))}}}function gt(e,t){let n=bt("layout",[["overlay","overlay"],["side","side by side"]],c=>I(e,{layout:c}),t),o=bt("sign",[["auto","auto"],["+","+"],["-","−"]],c=>e.set({sign:c}),t),r=G("palette",[["red-cyan","red / cyan"],["orange-blue","orange / blue"]],c=>I(e,{palette:c}),t),a=i("button",{type:"button",class:"toggle",...N},"as in the paper");a.title="Each map clipped to its own 30th and 95th percentile, as in the paper’s released figures",a.addEventListener("click",()=>I(e,{scale:e.state.view.scale==="percentile"?"signed":"percentile"}),{signal:t});let s=i("input",{type:"range",min:0,max:1,step:.01,"aria-label":"threshold",...N});s.addEventListener("input",()=>I(e,{threshold:Number(s.value)}),{signal:t});let l=i("output",{}),d=i("label",{class:"field"},i("span",{},"threshold"),s,l);return{root:i("div",{class:"options"},n.root,o.root,r.root,a,d),paint({view:c,sign:b}){n.paint(c.layout),o.paint(b),r.input.value=c.palette,L(a,{"aria-pressed":String(c.scale==="percentile")}),s.value!==String(c.threshold)&&(s.value=String(c.threshold)),T(l,X(c.threshold))}}}function bt(e,t,n,o){let r=t.map(([s,l])=>{let d=i("button",{type:"button",value:s,...N},l);return d.addEventListener("click",()=>n(s),{signal:o}),d}),a=i("span",{class:"segments",role:"group","aria-label":e},...r);return{root:i("div",{class:"field"},i("span",{},e),a),paint(s){for(let l of r)L(l,{"aria-pressed":String(l.value===s)})}}}function xt({store:e,data:t},n){let{hover:o,mode:r,image:a,token:s,layer:l,head:d}=e.state,{meta:c,spectra:b}=t;if(r>=n.nModes)return"";if(!o)return"Hover a patch for its numbers; click one to make it the query.";let h=z(c)+o.patch,u=ge(e.state.sign,n,r)==="-"?-1:1,g=S=>H(u*n.projection(S,o.image,r,h),n.bound(S,o.image,r)),m=`${W(c,h)}  query ${g("query")}  key ${g("key")}`;if(s<0||o.image!==a)return m;let{value:x,bound:w}=$e({meta:c,spectra:b,tile:n,image:a},r,s,h);return`${m}  · L${l} H${d} M${r} adds ${H(x,w)} to the score of query ${W(c,s)} with this key`}function vt(e){let{store:t,data:n,signal:o}=e,r=n.meta.images.map((m,x)=>pt(e,x)),a=i("div",{class:"gallery"},...r.map(({root:m})=>m)),s=gt(t,o),l=yt(),d=i("output",{class:"readout","aria-live":"polite"}),c=i("p",{class:"missing",hidden:!0}),h=U("overlay","Mode on the images",[],s.root,a,c,d,l.root);function u(m){let{mode:x,sign:w,view:S,theme:y}=t.state,A=x<m.nModes;L(c,{hidden:A}),T(c,`The maps of M${x} are not in this page: it holds M0 to M${m.nModes-1} of each head.`);let v=ge(w,m,x);for(let M of r)A?M.paint(m,v):M.clear();l.paint({view:S,sign:v,auto:w==="auto",theme:y,tile:A?m:null,mode:x})}let g=[];return{root:h,keys:["tile","layer","head","mode","image","token","sign","view","theme","hover"],paint(){let m=t.state,x=K(m);a.dataset.layout=m.view.layout,s.paint(m);let w=[x,m.mode,m.sign,m.view,m.theme];x&&w.some((S,y)=>S!==g[y])&&(g=w,u(x));for(let S of r)S.mark();x&&T(d,xt(e,x))}}}var F={top:4,bottom:92},qe={top:108,bottom:160},ce=178,fn=6;function wt(e,t){let n=u=>`${100*u/e}%`,o=le([-1,1],[qe.bottom,qe.top]),r=Array.from({length:e},(u,g)=>g),a=r.map(u=>E("rect",{class:"bar",x:n(u+.12),width:n(.76),height:1})),s=E("path",{class:"stem"}),l=E("path",{class:"dots"}),d=E("svg",{viewBox:`0 0 ${e} ${ce}`,width:"100%",height:ce,preserveAspectRatio:"none"},s,l),c=E("rect",{class:"cursor",y:0,height:qe.bottom+4,width:n(1)}),b=E("g");return{root:E("svg",{class:"chart",height:ce,role:"slider",tabindex:0,"aria-label":"mode","aria-valuemin":0,"aria-valuemax":e-1,...N},bn(),c,E("rect",{class:"band",x:0,width:"100%",y:o(t),height:o(-t)-o(t)}),E("line",{class:"rule",x1:0,x2:"100%",y1:F.bottom,y2:F.bottom}),E("line",{class:"zero",x1:0,x2:"100%",y1:o(0),y2:o(0)}),...a,d,b,...yn(e,n),...r.map(u=>E("rect",{class:"hit",x:n(u),width:n(1),height:ce,"data-mode":u}))),draw(u,g,m,x){let w=le([0,u[0]??1],[F.bottom,F.top]),S=[];for(let y of r){let A=a[y],v=w(u[y]??0),M=g[y]??Number.NaN;A.setAttribute("transform",`translate(0 ${v}) scale(1 ${F.bottom-v})`),A.setAttribute("fill",y>=m?"none":re(O(M,x))),Number.isNaN(M)||S.push(`M${y+.5} ${o(M)}`)}s.setAttribute("d",S.map(y=>`${y}V${o(0)}`).join("")),l.setAttribute("d",S.map(y=>`${y}h0`).join(""))},bracket(u,g){b.replaceChildren(...kt(e,m=>g[m]===1?-1:u[m]??-1,2).flatMap(([m,x])=>gn(m,x,n)),...kt(e,m=>g[m]===1?0:-1,1).map(([m,x])=>E("rect",{class:"null",x:n(m),width:n(x-m+1),y:F.top,height:F.bottom-F.top,fill:"url(#qk-hatch)"})))},mark:u=>L(c,{x:n(u)})}}function yn(e,t){let n=Math.max(1,2*Math.round(e/fn/2));return Array.from({length:Math.ceil(e/n)},(o,r)=>E("text",{class:"tick",x:t(r*n+.5),y:ce-4,"text-anchor":"middle"},`M${r*n}`))}function bn(){let e=E("line",{class:"hatch",x1:0,x2:0,y1:0,y2:5});return E("defs",{},E("pattern",{id:"qk-hatch",width:5,height:5,patternUnits:"userSpaceOnUse",patternTransform:"rotate(45)"},e))}function gn(e,t,n){let[o,r]=[n(e+.5),n(t+.5)],[a,s]=[F.bottom+3,F.bottom+7];return[E("line",{class:"bracket",x1:o,x2:o,y1:a,y2:s}),E("line",{class:"bracket",x1:r,x2:r,y1:a,y2:s}),E("line",{class:"bracket",x1:o,x2:r,y1:s,y2:s})]}function kt(e,t,n){let o=[];for(let r=0;r<e;){let a=r;for(;a+1<e&&t(a+1)===t(r);)a++;t(r)>=0&&a-r+1>=n&&o.push([r,a]),r=a+1}return o}var xn={ArrowLeft:e=>e-1,ArrowDown:e=>e-1,ArrowRight:e=>e+1,ArrowUp:e=>e+1,Home:()=>0,End:(e,t)=>t};function St({store:e,data:t,signal:n}){let{meta:o,spectra:r}=t,a=o.n_modes,s=wt(a,o.mode_band),l=i("span",{class:"tick"}),d=i("div",{class:"ylabels","aria-hidden":"true"},l,i("span",{class:"tick name"},"σ"),i("span",{class:"tick one"},"1"),i("span",{class:"tick name cos"},"cos"),i("span",{class:"tick minus"},"−1")),c=i("output",{class:"readout"}),b=`grey band: chance for one mode, ±${V(o.mode_band)} (95 %)`,h=i("span",{}),u=i("p",{class:"caption"},b,h),g=U("spectrum","Modes of this head",[],i("div",{class:"plot"},d,s.root),c,u),m=y=>Number(y.target.closest("[data-mode]")?.dataset.mode??-1);s.root.addEventListener("click",y=>m(y)>=0&&e.set({mode:m(y)}),{signal:n}),s.root.addEventListener("pointerover",y=>e.set({hoverMode:m(y)}),{signal:n}),s.root.addEventListener("pointerleave",()=>e.set({hoverMode:-1}),{signal:n}),s.root.addEventListener("keydown",x,{signal:n});function x(y){let A=xn[y.key];A&&(y.preventDefault(),e.set({mode:B(A(e.state.mode,a-1),0,a-1)}))}function w(y){let{layer:A,head:v}=e.state,M=P(r.modes("singular_values",A,v)[y]??Number.NaN),f=V(r.modes("cosine",A,v)[y]??Number.NaN),k=r.caveat(A,v,y);return`M${y}  σ ${M}  cosine ${f}${k&&`  · ${k}`}`}let S="";return{root:g,keys:["layer","head","mode","hoverMode","tile","theme"],paint(){let{layer:y,head:A,mode:v,hoverMode:M,theme:f}=e.state,k=Math.max(o.embedded_modes,K(e.state)?.nModes??0);if(S!==`${y} ${A} ${k} ${f}`){S=`${y} ${A} ${k} ${f}`;let p=r.modes("singular_values",y,A);s.draw(p,r.modes("cosine",y,A),k,f),s.bracket(r.modes("degenerate",y,A),r.modes("null",y,A)),T(l,P(p[0]??Number.NaN)),T(h,k<a?`; hollow: maps not in this page (it holds M0 to M${k-1})`:"")}s.mark(v),T(c,w(M>=0?M:v)),L(s.root,{"aria-valuenow":v,"aria-valuetext":w(v)})}}}var me=150,ue={top:8,bottom:126};function Mt({store:e,data:t,signal:n}){let{n_layers:o,n_heads:r}=t.meta,a=t.spectra.heads("head_cosine"),s=t.spectra.layers("layer_cosine"),l=t.spectra.layers("layer_band"),[d,c]=vn([...a,...s,...l,...l.map(p=>-p)]),b=le([d,c],[ue.bottom,ue.top]),h=p=>`${100*(p+.5)/o}%`,u=Array.from({length:o},(p,$)=>$),g=Array.from(a,(p,$)=>E("circle",{class:"dot",cx:h(Math.floor($/r)),cy:b(p),r:2.6,"data-layer":Math.floor($/r),"data-head":$%r})),m=u.slice(1).map(p=>E("line",{class:"mean",x1:h(p-1),y1:b(s[p-1]??0),x2:h(p),y2:b(s[p]??0)})),x=E("rect",{class:"cursor",y:0,height:ue.bottom,width:`${100/o}%`}),w=E("circle",{class:"ring",r:5}),S=u.map(p=>E("rect",{class:"hit",x:`${100*p/o}%`,width:`${100/o}%`,y:0,height:me,"data-layer":p})),y=[0,.5,1].map(p=>E("text",{class:"tick",x:h(p*(o-1)),y:me-8,"text-anchor":"middle"},String(p))),A=E("svg",{class:"chart",height:me,role:"img"},x,wn(o,l,b),E("line",{class:"zero",x1:0,x2:"100%",y1:b(0),y2:b(0)}),E("line",{class:"rule",x1:0,x2:"100%",y1:ue.bottom,y2:ue.bottom}),...m,w,...S,...g,...u.map(p=>E("circle",{class:"mean-dot",cx:h(p),cy:b(s[p]??0),r:2.2})),...y),v=i("div",{class:"ylabels","aria-hidden":"true"});for(let p of kn([d,c])){let $=i("span",{class:"tick at"},V(p));$.style.top=`${b(p)}px`,v.append($)}let M=i("output",{class:"readout"}),f=U("trend","Weighted mean cosine",[],i("div",{class:"plot"},v,A),i("p",{class:"xlabel"},"normalised layer l / (L − 1)"),M,i("p",{class:"caption"},"line: mean of the heads; dots: single heads; band: chance for the mean (95 %)"));A.addEventListener("click",p=>{let{layer:$,head:R}=p.target.dataset;$!==void 0&&e.set({layer:Number($),...R!==void 0&&{head:Number(R)}})},{signal:n});let k="";return{root:f,keys:["layer","head","theme"],paint(){let{layer:p,head:$,theme:R}=e.state;if(k!==R){k=R;for(let[ke,$t]of g.entries())$t.setAttribute("fill",re(O(a[ke]??Number.NaN,R)))}let q=a[p*r+$]??Number.NaN;L(x,{x:`${100*p/o}%`}),L(w,{cx:h(p),cy:b(q||0)});let Q=`L${p}  mean ${V(s[p]??Number.NaN)}  chance ±${P(l[p]??Number.NaN,2)}  H${$} ${V(q)}`;T(M,Q),L(A,{"aria-label":`Weighted mean cosine over layers. ${Q}`})}}}function vn(e){let t=e.filter(Number.isFinite),n=Math.min(0,...t),o=Math.max(.1,...t),r=.05*(o-n);return[n-r,o+r]}function kn([e,t]){let n=[.05,.1,.25].find(r=>(t-e)/r<=6)??.5,o=Math.floor(t/n)-Math.ceil(e/n)+1;return Array.from({length:o},(r,a)=>(Math.ceil(e/n)+a)*n)}function wn(e,t,n){let o=r=>Array.from(t,(a,s)=>`${s+.5},${n(r*(a||0))}`);return E("svg",{viewBox:`0 0 ${e} ${me}`,width:"100%",height:me,preserveAspectRatio:"none"},E("polygon",{class:"band",points:[...o(1),...o(-1).reverse()].join(" ")}))}var pe=class{layer;head;nModes;nTokens;nBytes;biasKey;biasQuery;constant;#t;#e;#n;#r;#o;#a;constructor(t,n,o){let r=de(t);this.layer=n,this.head=o,this.nBytes=t.length;let[,a=0,s=0]=_(r,"query").shape;this.nModes=a,this.nTokens=s,this.#t=new D(r,"query"),this.#e=new D(r,"key"),this.biasKey=new D(r,"bias_key"),this.biasQuery=new D(r,"bias_query"),this.constant=new D(r,"constant"),this.#n=_(r,"sign").data,this.#r=_(r,"range").data,this.#o=r.has("rows")?new D(r,"rows"):void 0,this.#a=r.get("rows")?.shape[1]??0}get exact(){return this.#t.exact}projections(t,n,o){return this.#l(t).row(n*this.nModes+o)}projection(t,n,o,r){return this.#l(t).at(n*this.nModes+o,r)}bound(t,n,o){return this.#l(t).bound(n*this.nModes+o)}autoSign(t){return(this.#n[t]??1)<0?"-":"+"}range(t,n){return this.#r[(t==="query"?0:this.nModes)+n]??0}scoreRow(t,n){if(!this.#o||n<0||n>=this.#a)return;let o=t*this.#a+n;return{scores:this.#o.row(o),bound:this.#o.bound(o)}}#l(t){return t==="query"?this.#t:this.#e}};var Sn=2e3,Mn=120,An=64e6,C=({layer:e,head:t})=>`L${e}H${t}`,xe=class{#t;#e;#n;#r;#o=new Map;#a=Math.random().toString(36).slice(2,8);#l=0;#s;#i;#d;#m=!1;constructor(t,n,o,r){this.#t=t,this.#e=n.tiles??{},this.#n=n.live,this.#r=o,t.on("msg:custom",(a,s)=>this.#b(a,s),r),r.addEventListener("abort",()=>clearTimeout(this.#d),{once:!0})}want(t,n){let o={layer:t,head:n};this.#s=o;let r=this.#o.get(C(o));if(r?this.#h(r):this.#c(o)&&this.#f(o),!r?.exact){if(!this.#n){this.#c(o)||this.#r.error(`The maps of L${t} H${n} are not in this page.`);return}this.#i||(clearTimeout(this.#d),this.#c(o)?this.#d=setTimeout(()=>this.#u(),Mn):this.#u())}}#c(t){return!De(this.#e[C(t)])}async#f(t){try{let n=await J(this.#e[C(t)]),o=new pe(n,t.layer,t.head);this.#o.get(C(t))?.exact||this.#p(o)}catch(n){this.#r.error(`L${t.layer} H${t.head} could not be read. ${n.message}`)}}#u(){let t=this.#s;if(!t)return;let n={...t,id:`${this.#a}-${this.#l++}`,acknowledged:!1};this.#i=n,this.#d=setTimeout(()=>this.#y(n),Sn),this.#t.send({kind:"need",id:n.id,layer:n.layer,head:n.head})}#y(t){if(this.#i!==t||t.acknowledged)return;this.#i=void 0;let n=this.#s!==void 0&&this.#c(this.#s);(!this.#m||!n)&&this.#r.silence(n),this.#m=!0}#b(t,n=[]){let o=t,r=this.#i;if(!r||o?.id!==r.id)return;if(o.kind==="ack"){r.acknowledged=!0,clearTimeout(this.#d);return}if(o.kind!=="tile"&&o.kind!=="error")return;clearTimeout(this.#d),this.#i=void 0,o.kind==="error"?this.#r.error(o.message??"The kernel could not compute this head."):this.#g(r,n[0]);let a=this.#s;a&&C(a)!==C(r)&&!this.#o.get(C(a))?.exact&&this.#u()}async#g(t,n){try{this.#p(new pe(await J(n),t.layer,t.head))}catch(o){this.#r.error(o.message)}}#p(t){this.#o.set(C(t),t);let n=[...this.#o.values()].reduce((o,{nBytes:r})=>o+r,0);for(let[o,{nBytes:r}]of this.#o){if(n<=An||o===C(t))break;this.#o.delete(o),n-=r}this.#h(t)}#h(t){!this.#s||C(t)!==C(this.#s)||(this.#o.delete(C(t)),this.#o.set(C(t),t),this.#r.tile(t))}};var Tn=200,En="No kernel answers; the view stays on the numbers embedded in it.",$n="The maps of this head are not embedded in this view, and no kernel answers. Run the notebook's cells again.";function At(e,t,n,o){let r,a=()=>{clearTimeout(r),t.removeAttribute("data-waiting")},s=()=>{clearTimeout(r),r=setTimeout(()=>t.setAttribute("data-waiting",""),Tn)};o.addEventListener("abort",a,{once:!0});let l=new xe(e,{tiles:e.get("tiles"),live:e.get("live")},{tile(c){a(),n.set({tile:c,error:""})},error:c=>n.set({error:c}),silence:c=>n.set(c?{note:En}:{error:$n})},o),d=()=>{K(n.state)||s(),l.want(n.state.layer,n.state.head)};n.watch(["layer","head"],d,o),d()}var Tt={grid:dt,spectrum:St,overlay:vt,trend:Mt,attention:ot},ve=["overlay","attention"],Ln=["meta","spectra","pictures","tiles","live","panels"],Nn={palette:"red-cyan",scale:"signed",layout:"overlay",threshold:0,number:"",rank:"share"};async function Et({model:e,root:t,signal:n,onTheme:o}){let r;n.addEventListener("abort",()=>r?.abort(),{once:!0});async function a(){r?.abort(),r=new AbortController,await Pn({model:e,root:t,signal:r.signal,onTheme:o})}let s=!1,l=()=>{s||(s=!0,queueMicrotask(()=>{s=!1,n.aborted||a()}))};for(let d of Ln)e.on(`change:${d}`,l,n);await a()}async function Pn({model:e,root:t,signal:n,onTheme:o}){let r=a=>e.get(a);try{let a=await Ie({meta:r("meta"),spectra:r("spectra"),pictures:r("pictures")},n);if(n.aborted)return;Rn({model:e,root:t,signal:n,onTheme:o},a,r("panels")??Object.keys(Tt))}catch(a){if(n.aborted)return;t.replaceChildren(i("p",{class:"error",role:"alert","data-testid":"qk-error"},a.message))}t.dataset.ready="1"}function Rn({model:e,root:t,signal:n,onTheme:o},r,a){let s=new fe(_n(e),n),l={store:s,data:r,signal:n},d=a.filter(w=>r.meta.images.length>0||!ve.includes(w)),c=d.map(w=>Tt[w](l)),b=at(l),h=i("p",{class:"error",role:"alert","data-testid":"qk-error"}),u=i("p",{class:"note",role:"status","data-testid":"qk-note"}),g=r.meta.left_out.length?[i("p",{class:"note"},r.meta.left_out.join(" "))]:[],m=()=>s.set(it(r,s.state));m(),s.watch(["layer","head","mode","image"],m,n),Ke(e,s,Re,n),d.some(w=>ve.includes(w))&&At(e,t,s,n);for(let{keys:w,paint:S}of[b,...c])s.watch(w,S,n);s.watch(["error"],()=>T(h,s.state.error),n),s.watch(["note"],()=>T(u,s.state.note),n),s.watch(["view"],()=>t.setAttribute("data-qk-palette",s.state.view.palette),n),t.dataset.qkPalette=s.state.view.palette,o(w=>s.set({theme:w}),n);let x=[d.filter(w=>!ve.includes(w)),d.filter(w=>ve.includes(w))].filter(w=>w.length).map(w=>i("div",{class:"side"},...c.filter((S,y)=>w.includes(d[y])).map(S=>S.root)));t.replaceChildren(b.root,h,u,i("div",{class:"panels"},...x),...g,st(r));for(let{paint:w}of[b,...c])w();s.flush()}function _n(e){let t=Object.fromEntries(Re.map(n=>[n,e.get(n)]));return{...t,view:{...Nn,...t.view},theme:"light",tile:null,hover:null,hoverMode:-1,keyToken:-1,error:"",note:""}}var Qo=Oe({css:Ue,render:Et});export{Qo as default};
