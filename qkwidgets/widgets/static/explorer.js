var Ft="http://www.w3.org/2000/svg";function qe(e,t,n){for(let[r,o]of Object.entries(t))o!==void 0&&o!==!1&&e.setAttribute(r,o===!0?"":String(o));return e.append(...n),e}function l(e,t={},...n){return qe(document.createElement(e),t,n)}function T(e,t={},...n){return qe(document.createElementNS(Ft,e),t,n)}function $(e,t){for(let[n,r]of Object.entries(t))if(r===void 0||r===!1)e.removeAttribute(n);else{let o=r===!0?"":String(r);e.getAttribute(n)!==o&&e.setAttribute(n,o)}}function S(e,t){let n=e.firstChild;n instanceof Text&&n===e.lastChild?n.data!==t&&(n.data=t):e.textContent=t}var N={"data-lm-suppress-shortcuts":"true"};function I(e,t,n,r){let o=l("select",N,...t.map(([a,s])=>l("option",{value:a},s)));return o.addEventListener("change",()=>n(o.value),{signal:r}),{root:l("label",{class:"field"},l("span",{},e),o),input:o}}var Vt=["class","style","data-jp-theme-light","data-theme","data-color-mode"];function Dt(e){for(let t=e;t;t=zt(t)){let n=getComputedStyle(t).backgroundColor,r=jt(n);if(r)return{theme:.2126*r[0]+.7152*r[1]+.0722*r[2]<128?"dark":"light",paper:n}}return{theme:He()?.matches?"dark":"light",paper:"Canvas"}}function Be(e,t,n){let r=()=>t(Dt(e)),o=new MutationObserver(r);for(let a of[document.documentElement,document.body])o.observe(a,{attributes:!0,attributeFilter:Vt});n.addEventListener("abort",()=>o.disconnect(),{once:!0}),He()?.addEventListener("change",r,{signal:n}),r()}var He=()=>globalThis.matchMedia?.("(prefers-color-scheme: dark)");function zt(e){if(e.parentElement)return e.parentElement;let t=e.getRootNode();return t instanceof ShadowRoot?t.host:null}function jt(e){let[t,n,r,o=1]=e.match(/[\d.]+/g)?.map(Number)??[];return t===void 0||n===void 0||r===void 0||o<.5?void 0:[t,n,r]}function Oe(e){return{async render({model:t,el:n,signal:r}){let o=new AbortController,{signal:a}=o,s=l("div",{class:"qk-view",...N}),i=l("div",{class:"qk","data-qk-theme":"light"});It(s.attachShadow({mode:"open"}),e.css).append(i),n.append(s),i.addEventListener("keydown",Kt,{signal:a});let d=()=>{o.abort(),s.remove()};r?.addEventListener("abort",d,{once:!0,signal:a});let h=(m,p)=>Be(s,({theme:c,paper:y})=>{i.setAttribute("data-qk-theme",c),i.style.setProperty("--paper",y),m(c)},p);return await e.render({model:Gt(t),root:i,signal:a,onTheme:h}),d}}}function It(e,t){if("adoptedStyleSheets"in e&&"replaceSync"in CSSStyleSheet.prototype){let n=new CSSStyleSheet;n.replaceSync(t),e.adoptedStyleSheets=[n]}else e.append(l("style",{},t));return e}function Kt(e){e.ctrlKey||e.metaKey||e.altKey||e.key==="Escape"||e.key==="Tab"||e.stopPropagation()}function Gt(e){let t=n=>{try{n()}catch{}};return{get:n=>e.get(n),set:(n,r)=>t(()=>e.set(n,r)),on(n,r,o){if(o.aborted)return;let a=(...s)=>{o.aborted||r(...s)};t(()=>e.on(n,a)),o.addEventListener("abort",()=>t(()=>e.off(n,a)),{once:!0})},save_changes:()=>t(()=>e.save_changes()),send:n=>t(()=>e.send(n))}}var Ue=`/* The parts of a score, and the ranking of modes. */

.columns {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(210px, 1fr));
  gap: 20px 28px;
}

.column {
  display: grid;
  gap: 8px;
  align-content: start;
  min-width: 0;
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
`;var Fe=`/* Heads, spectrum and trend: what the weights say. Colours are those of src/explorer/style.css. */

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
  font-size: min(10px, calc((100cqi - var(--gutter)) / var(--layers) * 0.38));
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
`;var Ve=`/* Pictures with maps on them, and their legend. */

.gallery {
  display: grid;
  grid-template-columns: repeat(
      auto-fit,
      minmax(max(150px, calc((100% - (var(--columns) - 1) * 12px) / var(--columns) - 0.1px)), 1fr)
    );
  gap: 12px;
}

.gallery[data-layout="side"] {
  grid-template-columns: repeat(auto-fit, minmax(330px, 1fr));
}

.picture {
  max-width: 340px;
}

.gallery[data-layout="side"] .picture {
  max-width: 900px;
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
`;var De=`/* The explorer, in its own shadow root. Every colour has one home here; the page's theme is data-qk-theme on .qk.
   Nothing moves by itself, so that prefers-reduced-motion has nothing to switch off. */

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

/* for readers who listen */

.unseen-table {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
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

.qk [hidden] {
  display: none;
}
`;var je=e=>typeof e=="object"&&e!==null&&"base64"in e;function Ie(e){return e==null||e===""?!0:ArrayBuffer.isView(e)?e.byteLength===0:!(typeof e=="string"||e instanceof ArrayBuffer||je(e))}async function Q(e){if(ArrayBuffer.isView(e))return new Uint8Array(e.buffer,e.byteOffset,e.byteLength);if(e instanceof ArrayBuffer)return new Uint8Array(e);if(typeof e=="string")return ze(e);if(je(e)){let t=ze(e.base64);return e.gzip?Xt(t):t}throw new Error("Bytes were expected, but nothing that holds bytes came with this view.")}function ze(e){let t=Uint8Array.fromBase64;if(t)return t.call(Uint8Array,e);let n=atob(e),r=new Uint8Array(n.length);for(let o=0;o<n.length;o++)r[o]=n.charCodeAt(o);return r}async function Xt(e){let t=new Blob([e]).stream().pipeThrough(new DecompressionStream("gzip"));return new Uint8Array(await new Response(t).arrayBuffer())}var ie=e=>e.replace(/-/g,"−");function P(e,t=3){if(!Number.isFinite(e))return"–";let n=Math.abs(e);if(n!==0&&(n<.001||n>=1e5))return ie(e.toExponential(1));let r=n===0?t-1:Math.max(0,t-1-Math.floor(Math.log10(n)));return ie(e.toFixed(r))}var H=e=>Number.isFinite(e)?ie(Math.abs(e)<.005?"0.00":e.toFixed(2)):"–";function J(e){if(!Number.isFinite(e))return"–";let t=e!==0&&Math.abs(e)<.0995?1:0,n=(100*e).toFixed(t);return`${Number(n)===0?"0":ie(n)} %`}function O(e,t){if(!(t>0))return P(e,4);let n=Math.max(-4,Math.floor(Math.log10(t))),r=Math.ceil(t/10**n-1e-9)*10**n,o=Math.max(0,-n);return`${ie(e.toFixed(o))} ± ${r.toFixed(o)}`}function Ke(e){return e.length<2?e.join(""):`${e.slice(0,-1).join(", ")} and ${e.at(-1)}`}var q=(e,t,n)=>Math.min(n,Math.max(t,e));function le(e,t){let n=(t[1]-t[0])/(e[1]-e[0]||1);return r=>t[0]+(r-e[0])*n}var Ge={U8:Uint8Array,I8:Int8Array,U16:Uint16Array,I16:Int16Array,I32:Int32Array,F32:Float32Array,F64:Float64Array};function de(e){let t=Zt(e),n=8+t.length,r=new Map;for(let[o,a]of Object.entries(t.entries)){if(o==="__metadata__")continue;let[s,i]=a.data_offsets;if(n+i>e.length)throw X(`tensor "${o}" ends after the last byte`);if(!(a.dtype in Ge))throw X(`tensor "${o}" is of the unknown type ${a.dtype}`);let d=a.dtype;r.set(o,{dtype:d,shape:a.shape,data:en(e.subarray(n+s,n+i),d)})}return r}function Zt(e){if(e.length<8)throw X(`it has ${e.length} bytes`);let t=Number(new DataView(e.buffer,e.byteOffset,8).getBigUint64(0,!0));if(t>e.length-8)throw X("its header is longer than itself");try{return{length:t,entries:JSON.parse(new TextDecoder().decode(e.subarray(8,8+t)))}}catch{throw X("its header is not readable")}}function en(e,t){let n=Ge[t],r=e.byteOffset%n.BYTES_PER_ELEMENT===0?e:e.slice();return new n(r.buffer,r.byteOffset,r.byteLength/n.BYTES_PER_ELEMENT)}var X=e=>new Error(`Data of this view must be whole safetensors bytes: ${e}. Make the page or the file again.`);function R(e,t){let n=e.get(t);if(!n)throw X(`tensor "${t}" is not in it`);return n}var D=class{length;#t;#e;#n;constructor(t,n){let{shape:r,data:o,dtype:a}=R(t,n);this.length=r.at(-1)??1,this.#t=o,!(a==="F32"||a==="F64")&&(this.#e=R(t,`${n}.lo`).data,this.#n=R(t,`${n}.step`).data)}get exact(){return this.#n===void 0}at(t,n){let r=this.#t[t*this.length+n]??Number.NaN;return this.#n?(this.#e?.[t]??0)+(this.#n[t]??0)*r:r}bound(t){return this.#n?(this.#n[t]??0)/2:0}row(t){let n=new Float32Array(this.#t.subarray(t*this.length,(t+1)*this.length));if(!this.#n)return n;let r=this.#e?.[t]??0,o=this.#n[t]??0;for(let a=0;a<n.length;a++)n[a]=r+o*n[a];return n}};var B=({layout:e})=>e.n_cls+e.n_distill+e.n_registers,he=({layout:e})=>e.grid[0]*e.grid[1];function K(e,t){let n=t-B(e);if(n<0)return e.tokens[t]??`token ${t}`;let r=e.layout.grid[1];return`r${Math.floor(n/r)} c${n%r}`}var we=class{#t;#e;constructor(t,n){this.#t=de(t),this.#e=n}modes(t,n,r){let{n_heads:o,n_modes:a}=this.#e,s=(n*o+r)*a;return R(this.#t,t).data.subarray(s,s+a)}heads(t){return R(this.#t,t).data}layers(t){return R(this.#t,t).data}headNumber(t){let n=this.#e.n_layers*this.#e.n_heads;return R(this.#t,"head_numbers").data.subarray(t*n,(t+1)*n)}ranking(t,n,r,o){let{n_layers:a,n_heads:s,n_modes:i}=this.#e,d=((n*a+r)*s+o)*i;return R(this.#t,t).data.subarray(d,d+i)}shareOfBias(t,n,r){let{n_layers:o,n_heads:a}=this.#e;return R(this.#t,"share_bias").data[(t*o+n)*a+r]??Number.NaN}isNull(t,n,r){return this.modes("null",t,n)[r]===1}partners(t,n,r){let o=this.modes("degenerate",t,n),a=o[r]??-1;return a<0?[]:[...o.keys()].filter(s=>s!==r&&o[s]===a)}caveat(t,n,r){if(this.isNull(t,n,r))return"null mode: its singular value is zero to rounding, its directions are arbitrary";let o=this.partners(t,n,r).map(s=>`M${s}`);return o.length?`defined only together with ${Ke(o)}`:(this.modes("stability",t,n)[r]??0)>=1?"may turn under the rounding of the stored weights":""}};async function We(e,t){let{meta:n}=e;if(n?.format!==1)throw new Error(n?.format?`This view reads format 1, but its data say format ${n.format}. They were made by a newer qkwidgets; update it.`:"The description of this view did not arrive with it. Run the cell again, or make the page again.");let[r,o]=await Promise.all([Q(e.spectra).then(a=>new we(a,n)),n.images.length?Q(e.pictures).then(a=>tn(a,n,t)):[]]);return{meta:n,spectra:r,pictures:o}}function tn(e,t,n){let r=de(e),o=t.images.map(({mime:a},s)=>URL.createObjectURL(new Blob([R(r,`image.${s}`).data],{type:a})));return n.addEventListener("abort",()=>o.forEach(a=>{URL.revokeObjectURL(a)}),{once:!0}),o}var fe=class{#t;#e=new Set;#n=new Set;#r=0;#o=!1;constructor(t,n){this.#t={...t},n.addEventListener("abort",()=>this.#a(),{once:!0})}get state(){return this.#t}get watchers(){return this.#e.size}set(t){for(let n of Object.keys(t)){let r=t[n];Object.is(this.#t[n],r)||(this.#t[n]=r,this.#n.add(n))}this.#n.size&&!this.#r&&!this.#o&&(this.#r=requestAnimationFrame(()=>this.flush()))}watch(t,n,r){let o={keys:t,react:n};this.#e.add(o),r.addEventListener("abort",()=>this.#e.delete(o),{once:!0})}flush(){cancelAnimationFrame(this.#r);for(let t=0;this.#n.size&&t<4;t++){let n=this.#n;this.#n=new Set;for(let{keys:r,react:o}of this.#e)r.some(a=>n.has(a))&&o()}this.#r=0}#a(){this.#o=!0,cancelAnimationFrame(this.#r)}};function Ye(e,t,n,r){for(let s of n)e.on(`change:${s}`,()=>t.set({[s]:e.get(s)}),r);let o=nn(()=>e.save_changes(),80,r),a=()=>{let s=n.filter(i=>!Object.is(e.get(i),t.state[i]));for(let i of s)e.set(i,t.state[i]);s.length&&o()};t.watch(n,a,r)}function nn(e,t,n){let r,o=!1,a=()=>{r=void 0,o&&s()},s=()=>{o=!1,r=setTimeout(a,t),e()};return n.addEventListener("abort",()=>{clearTimeout(r),o&&e()},{once:!0}),()=>{r===void 0?s():o=!0}}function Je({meta:e}){let t=e.about.map(({question:o,choice:a,alternative:s,source:i})=>[o,a,s,i]),n=e.images.map(({name:o,source:a,licence:s})=>[o,[a,s].filter(Boolean).join(" · ")]),r=Object.entries(e.provenance).map(([o,a])=>[o,typeof a=="string"?a:JSON.stringify(a)]);return l("details",{class:"about"},l("summary",N,"About this view"),...Se("Choices",t,["open in the paper","here","alternative","source"]),...Qe("Notes",e.notes),...Qe("Left out of this page",e.left_out),...Se("Pictures",n),...Se("Where it comes from",r))}function Se(e,t,n){if(!t.length)return[];let r=t.map(([a="",...s])=>l("tr",{},l("th",{scope:"row"},a),...s.map(i=>l("td",{},i||"–")))),o=n?[l("thead",{},l("tr",{},...n.map(a=>l("th",{scope:"col"},a))))]:[];return[l("h4",{},e),l("table",{},...o,l("tbody",{},...r))]}function Qe(e,t){return t.length?[l("h4",{},e),l("ul",{},...t.map(n=>l("li",{},n)))]:[]}function Me({meta:e,spectra:t,tile:n,image:r},o,a,s){let i=t.modes("singular_values",n.layer,n.head)[o]??0,d=n.projection("query",r,o,a),h=n.projection("key",r,o,s),m=n.bound("query",r,o),p=n.bound("key",r,o),c=e.scale*i;return{value:c*d*h,bound:c*(Math.abs(d)*p+Math.abs(h)*m+m*p)}}function Xe(e,t){let r=e.tile.scoreRow(e.image,e.meta.row_tokens.indexOf(t))??(e.tile.nModes>=e.meta.n_modes?rn(e,t):void 0);return r&&{...r,weights:on(r.scores)}}function rn(e,t){let{meta:n,spectra:r,tile:o,image:a}=e,s=r.modes("singular_values",o.layer,o.head),i=new Float32Array(o.nTokens),d=0;for(let p=0;p<o.nModes;p++){let c=n.scale*(s[p]??0),y=o.projection("query",a,p,t),f=o.projections("key",a,p),b=0;for(let u=0;u<i.length;u++){let v=f[u];b=Math.max(b,Math.abs(v)),i[u]=i[u]+c*y*v}let M=o.bound("query",a,p),k=o.bound("key",a,p);d+=c*(Math.abs(y)*k+b*M+M*k)}let h=o.biasQuery.at(a,t)+o.constant.at(0,0),m=o.biasKey.row(a);for(let p=0;p<i.length;p++)i[p]=i[p]+m[p]+h;return{scores:i,bound:d+o.biasKey.bound(a)+o.biasQuery.bound(a)+o.constant.bound(0)}}function on(e){let t=Number.NEGATIVE_INFINITY;for(let o of e)t=Math.max(t,o);let n=e.map(o=>Math.exp(o-t)),r=n.reduce((o,a)=>o+a,0);return n.map(o=>o/r)}function ye(e,t){let n=r=>e*r/(1-e+e*r);return Math.max(n(Math.exp(2*t))-e,e-n(Math.exp(-2*t)))}function Ze(e,t,n){let{meta:r,tile:o,image:a}=e,s=Array.from({length:o.nModes},(f,b)=>Me(e,b,t,n)),i={value:o.biasKey.at(a,n),bound:o.biasKey.bound(a)},d={value:o.biasQuery.at(a,t)+o.constant.at(0,0),bound:o.biasQuery.bound(a)+o.constant.bound(0)},h=Ae([...s,i,d]),m=r.n_modes-o.nModes;if(m<=0)return{modes:s,rest:void 0,restCount:0,biasKey:i,unseen:d,score:h};let p=o.scoreRow(a,r.row_tokens.indexOf(t)),c=p&&{value:p.scores[n]??Number.NaN,bound:p.bound},y=c&&{value:c.value-h.value,bound:c.bound+h.bound};return{modes:s,rest:y,restCount:m,biasKey:i,unseen:d,score:c}}var Ae=e=>({value:e.reduce((t,{value:n})=>t+n,0),bound:e.reduce((t,{bound:n})=>t+n,0)}),be=(e,t,n)=>e==="auto"?t.autoSign(n):e;function Te(e,t){let n=q(t,0,1)*(e.length-1),r=e[Math.floor(n)]??Number.NaN,o=e[Math.ceil(n)]??r;return r+(o-r)*(n-Math.floor(n))}var an={light:{neutral:.955,end:.43,chroma:.15},dark:{neutral:.3,end:.85,chroma:.15}},Z={negative:312,positive:152,sequential:245},$e=128,ge={"red-cyan":{query:[255,0,0],key:[0,255,255],queryName:"red",keyName:"cyan"},"orange-blue":{query:[255,138,0],key:[0,117,255],queryName:"orange",keyName:"blue"}},Ne=(e,t,n)=>(255<<24|n<<16|t<<8|e)>>>0,et=e=>[e&255,e>>8&255,e>>16&255],tt=Ne(0,0,0);function sn(e,t,n){let r=n*Math.PI/180,o=t*Math.cos(r),a=t*Math.sin(r),s=(e+.3963377774*o+.2158037573*a)**3,i=(e-.1055613458*o-.0638541728*a)**3,d=(e-.0894841775*o-1.291485548*a)**3;return Ne(Ee(4.0767416621*s-3.3077115913*i+.2309699292*d),Ee(-1.2684380046*s+2.6097574011*i-.3413193965*d),Ee(-.0041960863*s-.7034186147*i+1.707614701*d))}function Ee(e){let t=e<=.0031308?12.92*e:1.055*e**.4166666666666667-.055;return Math.round(255*Math.min(1,Math.max(0,t)))}function ee(e,t){let{neutral:n,end:r,chroma:o}=an[e];return Array.from({length:$e+1},(a,s)=>{let i=s/$e;return sn(n+(r-n)*i,o*i**.8,t)})}var Le={light:{negative:ee("light",Z.negative),positive:ee("light",Z.positive),up:ee("light",Z.sequential)},dark:{negative:ee("dark",Z.negative),positive:ee("dark",Z.positive),up:ee("dark",Z.sequential)}},Pe=(e,t)=>e[Math.round(Math.min(1,Math.max(0,t))*$e)],U=(e,t)=>e<0?Pe(Le[t].negative,-e):Pe(Le[t].positive,e||0),te=(e,t)=>Pe(Le[t].up,e||0),ne=e=>`rgb(${et(e).join(" ")})`;function nt(e){let[t,n,r]=et(e).map(o=>(o/255)**2.2);return .2126*t+.7152*n+.0722*r>.22?"dark":"light"}function re(e,t,n){let{query:r,key:o}=ge[n];return Ne(Math.round(e*r[0]+t*o[0]),Math.round(e*r[1]+t*o[1]),Math.round(e*r[2]+t*o[2]))}var z=class{canvas;colours;#t;#e;constructor(t,n,r){this.canvas=l("canvas",{width:t,height:n,class:r,"aria-hidden":"true"}),this.#t=this.canvas.getContext("2d"),this.#e=this.#t?.createImageData(t,n),this.colours=this.#e?new Uint32Array(this.#e.data.buffer):new Uint32Array(t*n)}paint(t){let{colours:n}=this;for(let r=0;r<n.length;r++)n[r]=t(r);this.#e&&this.#t?.putImageData(this.#e,0,0)}};var oe=.4,G=class{root;#t;#e;#n;#r;#o={query:-1,key:-1,hover:-1};#a=[];#l=T("path",{class:"ticks"});#c=T("g",{class:"choices"});constructor({grid:[t,n],aspect:r,label:o,url:a}){this.#t=t,this.#e=n,this.#n=new z(n,t,"map");let s=h=>T("g",{class:`outline ${h}`,visibility:"hidden"},T("rect",{class:"halo",width:1,height:1}),T("rect",{width:1,height:1}));this.#r={key:s("key"),query:s("query"),hover:s("hover")};let i=T("svg",{class:"marks",viewBox:`0 0 ${n} ${t}`,preserveAspectRatio:"none","aria-hidden":"true"},this.#c,this.#l,this.#r.key,this.#r.hover,this.#r.query),d=a?[l("img",{src:a,alt:"",draggable:"false"})]:[];this.root=l("div",{class:"pane",role:"group",tabindex:0,"aria-label":o,...N},...d,this.#n.canvas,i),this.root.style.aspectRatio=String(r)}paint(t){this.#n.paint(t)}clear(){this.paint(()=>tt),this.tick([],[])}tick(t,n){let r=s=>[s%this.#e,Math.floor(s/this.#e)],o=t.map(r).map(([s,i])=>`M${s} ${i}h${oe}l${-oe} ${oe}z`),a=n.map(r).map(([s,i])=>`M${s+1} ${i+1}h${-oe}l${oe} ${-oe}z`);$(this.#l,{d:[...o,...a].join("")})}outline(t,n){if(this.#o[t]===n)return;this.#o[t]=n;let r=n<0||n>=this.#t*this.#e;$(this.#r[t],r?{visibility:"hidden"}:{visibility:"visible",transform:`translate(${n%this.#e} ${Math.floor(n/this.#e)})`})}offer(t){this.#a.join()!==t.join()&&(this.#a=t,this.#c.replaceChildren(...t.map(n=>T("circle",{cx:n%this.#e+.5,cy:Math.floor(n/this.#e)+.5,r:.14}))))}listen(t,n){this.root.addEventListener("pointermove",r=>t.hover(this.#i(r)),{signal:n}),this.root.addEventListener("pointerleave",()=>t.leave(),{signal:n}),this.root.addEventListener("blur",()=>t.leave(),{signal:n}),this.root.addEventListener("click",r=>t.choose(this.#i(r)),{signal:n}),this.root.addEventListener("keydown",r=>this.#s(r,t),{signal:n})}#i({clientX:t,clientY:n}){let{left:r,top:o,width:a,height:s}=this.root.getBoundingClientRect(),i=q(Math.floor((t-r)/a*this.#e),0,this.#e-1);return q(Math.floor((n-o)/s*this.#t),0,this.#t-1)*this.#e+i}#s(t,n){let r=q(n.cursor(),0,this.#t*this.#e-1),o=r%this.#e,s={ArrowLeft:o>0?r-1:r,ArrowRight:o<this.#e-1?r+1:r,ArrowUp:r>=this.#e?r-this.#e:r,ArrowDown:r<(this.#t-1)*this.#e?r+this.#e:r}[t.key];if(s!==void 0)n.hover(s);else if(t.key==="Enter"||t.key===" ")n.choose(r);else return;t.preventDefault()}};function xe({store:e,data:t},n,r,o){let a=B(t.meta),s=()=>e.state.hover?.image===n?e.state.hover.patch:-1;return{hover(i){s()!==i&&e.set({hover:{image:n,patch:i}})},leave:()=>e.set({hover:null}),choose:i=>r(a+i),cursor:()=>s()>=0?s():o()-a}}function rt(e){let{store:t,data:n}=e,{meta:r}=n,o=B(r),a=r.images.map((p,c)=>cn(e,c)),s=l("p",{class:"subtitle"}),i=l("div",{class:"stage"}),d=un(e),h=l("p",{class:"caption"});function m(p,c){let y=c?.weights.subarray(o,o+he(r))??new Float32Array(0),f=Math.max(0,...y);return f>0?p.paint(b=>re(0,(y[b]??0)/f,t.state.view.palette)):p.clear(),f}return{root:l("div",{class:"column"},s,i,d.root,h),paint({tile:p,image:c},y,f){let{token:b,hover:M}=t.state,k=a[c];if(!k)return;i.firstElementChild!==k.root&&i.replaceChildren(k.root);let u=m(k,y);k.outline("query",b-o),k.outline("key",f-o),k.outline("hover",M?.image===c?M.patch:-1);let v=p.nModes<r.n_modes&&!y?r.row_tokens:[];k.offer(v.map(A=>A-o).filter(A=>A>=0)),d.paint(y,b,f),S(s,b<0?"choose a query token":`from query ${K(r,b)} to every key`),S(h,y?ln(y,u):dn(b))}}}function ln({weights:e,bound:t},n){let r=t>0?`; scores rounded to ±${P(t,1)}`:"";return`Softmax over all ${e.length} tokens; brightest patch ${P(n)}${r}.`}function dn(e){return e<0?"Click a patch on a picture, or a token here.":"The attention of this patch needs all modes, and this page holds some of them. It carries whole rows for the dotted patches and the tokens here."}function cn(e,t){let{store:n,data:r,signal:o}=e,{name:a,width:s,height:i}=r.meta.images[t]??{name:"",width:1,height:1},d=new G({grid:r.meta.layout.grid,aspect:s/i,url:r.pictures[t],label:`${a}: attention of the query token`}),h=p=>n.set({keyToken:p}),m=()=>n.state.keyToken>=0?n.state.keyToken:n.state.token;return d.listen(xe(e,t,h,m),o),d}function un({store:e,data:{meta:t},signal:n}){let r=t.tokens.map((o,a)=>{let s=l("span",{class:"number"}),i=l("button",{type:"button","data-token":a,...N},`${o} `,s);return i.title=`use ${o} as the query`,i.addEventListener("click",()=>e.set({token:a,keyToken:-1}),{signal:n}),{button:i,weight:s}});return{root:l("div",{class:"prefix"},...r.map(({button:o})=>o)),paint(o,a,s){for(let[i,{button:d,weight:h}]of r.entries()){let m=o?.weights[i]??0;S(h,o?O(m,ye(m,o.bound)):""),$(d,{"aria-pressed":String(i===a),"data-key":i===s})}}}}var mn=7;function ot(e){let t=Array.from({length:e},()=>l("span",{class:"segment"})),[n,r]=[l("i",{class:"zero"}),l("i",{class:"sum"})];return{root:l("div",{class:"stack","aria-hidden":"true"},...t,n,r),paint(a,s,i){let d=c=>a.reduce((y,{value:f})=>y+(f*c>0?Math.abs(f):0),0),h=d(-1),m=100/(h+d(1)||1),p={low:h*m,high:h*m};for(let[c,y]of t.entries()){let f=a[c],b=Math.abs(f?.value||0)*m;f&&f.value<0&&(p.low-=b),pn(y,f,f&&f.value<0?p.low:p.high,b,s),f&&f.value>0&&(p.high+=b)}n.style.left=`${h*m}%`,r.hidden=i===void 0,r.style.left=`${(h+(i??0))*m}%`}}}function pn(e,t,n,r,o){if(e.hidden=r===0,!t||r===0)return;let a=t.mode===o;$(e,{class:`segment ${t.kind}`,"data-mode":t.mode,"data-selected":a}),S(e,t.mode!==void 0&&r>mn?t.name:""),e.style.left=`${n}%`,e.style.width=`${r}%`}function at(){let e=l("i"),t=l("span"),n=l("button",{type:"button",class:"link",...N}),r=l("td",{class:"number"}),o=l("tr",{},l("th",{scope:"row"},e,t,n),r);return{root:o,paint(a,s){if(o.hidden=!a,!a)return;let i=a.mode!==void 0;$(e,{class:`swatch ${a.kind}`,"data-selected":i&&a.mode===s}),$(n,{"data-mode":a.mode,hidden:!i}),S(i?n:t,a.name),t.hidden=i,S(r,Number.isNaN(a.value)?"not known":O(a.value,a.bound)),$(r,{"data-value":Number.isNaN(a.value)?void 0:a.value})}}}var Ce=6,st=Ce+4;function lt({store:e,data:{meta:t},signal:n}){let r=l("p",{class:"subtitle"}),o=ot(st),a=Array.from({length:st},()=>at()),s=l("table",{class:"parts"},l("tbody",{},...a.map(m=>m.root))),i=l("p",{class:"total"}),d=l("p",{class:"caption"}),h=l("div",{class:"column"},r,o.root,s,i,d);return h.addEventListener("click",m=>{let p=m.target.closest("[data-mode]")?.dataset.mode;p!==void 0&&e.set({mode:Number(p)})},{signal:n}),{root:h,paint(m,p,c){let{token:y,mode:f}=e.state;if(h.toggleAttribute("hidden",y<0),y<0)return;let b=Ze(m,y,c),M=fn(b,f);S(r,`score of query ${K(t,y)} with key ${K(t,c)}`),o.paint(M,f,b.score?.value);for(let[k,u]of a.entries())u.paint(M[k],f);S(i,yn(b,p,c)),S(d,bn(b))}}}var hn={value:Number.NaN,bound:Number.NaN};function fn(e,t){let n=e.modes.map((s,i)=>i).sort((s,i)=>it(e,i)-it(e,s)),r=n.slice(0,Ce);t<e.modes.length&&!r.includes(t)&&(r[Ce-1]=t);let o=n.filter(s=>!r.includes(s)),a=r.map(s=>({...e.modes[s],name:`M${s}`,kind:"mode",mode:s}));if(o.length&&a.push({...Ae(o.map(s=>e.modes[s])),name:`${o.length} other modes`,kind:"others"}),e.restCount>0){let s=`${e.restCount} modes not in this page`;a.push({...e.rest??hn,name:s,kind:"rest"})}return a.push({...e.biasKey,name:"key-only term (bias)",kind:"bias"}),a.push({...e.unseen,name:"query-only term, constant",kind:"unseen"}),a}var it=(e,t)=>Math.abs(e.modes[t]?.value??0);function yn({score:e},t,n){if(!e)return"score: not known from this page";let r=t?.weights[n]??Number.NaN,o=t?`, attention weight ${O(r,ye(r,t.bound))}`:"";return`sum = score ${O(e.value,e.bound)}${o}`}function bn({score:e}){if(!e)return"The bar shows the parts that this page holds; the rest is not known, and neither is the sum.";let t="The last term is equal for all keys, so softmax does not see it.";return e.bound>0?`${t} ± bounds the rounding of embedded numbers.`:t}var Re=["layer","head","mode","image","token","sign","view"];function F(e,t,n,...r){let o=l("header",{},l("h3",{},t),...n);return l("section",{class:`panel ${e}`,"data-testid":`qk-${e}`,"aria-label":t},o,...r)}function j(e,t){e.set({view:{...e.state.view,...t}})}function W({tile:e,layer:t,head:n}){return e&&e.layer===t&&e.head===n?e:null}var gn=8,xn={share:"Share of the visible score (patches to patches). Shares add up to 1 and can be negative: such a mode opposes the total.",peak:"Largest σ · query · key over the patches, the reading closest to optimal images. Does not add up.",energy:"Squared size of the mode’s part over that of the visible score. Does not add up to 1: modes overlap."};function dt({store:e,data:{meta:t,spectra:n},signal:r}){let o=l("p",{class:"subtitle"}),a=I("by",["share","peak","energy"].map(c=>[c,c]),c=>j(e,{rank:c}),r),s=Array.from({length:Math.min(gn,t.n_modes)},()=>vn()),i=l("p",{class:"total"}),d=l("p",{class:"caption"}),h=l("div",{class:"ranks"},...s.map(({root:c})=>c)),m=l("div",{class:"column"},l("div",{class:"line"},o,a.root),h,i,d);return h.addEventListener("click",c=>{let y=c.target.closest("[data-mode]")?.dataset.mode;y!==void 0&&e.set({mode:Number(y)})},{signal:r}),{root:m,paint(c){let{layer:y,head:f,image:b,mode:M,view:k}=e.state,u=n.ranking(k.rank,b,y,f),v=g=>Number.isFinite(u[g])?u[g]:Number.NEGATIVE_INFINITY,A=Array.from(u.keys()).sort((g,w)=>v(w)-v(g)),L=Math.max(...A.slice(0,s.length).map(g=>Math.abs(u[g]??0)))||1;a.input.value=k.rank,S(o,`modes of ${t.images[b]?.name??"this image"}`);for(let[g,w]of s.entries()){let x=A[g]??0;w.paint({mode:x,value:u[x]??Number.NaN,extent:L,rank:k.rank,selected:x===M,held:x<c})}S(i,p(k.rank,A.slice(0,s.length).map(g=>u[g]??0))),S(d,xn[k.rank])}};function p(c,y){if(c!=="share")return`${t.n_modes-y.length} more modes, each smaller`;let{layer:f,head:b,image:M}=e.state,k=n.shareOfBias(M,f,b),u=1-k-y.reduce((v,A)=>v+A,0);return`bias ${J(k)} · not shown ${J(u)} (${t.n_modes-y.length} modes)`}}function vn(){let e=l("span",{class:"name"}),t=l("i"),n=l("span",{class:"number"}),r=l("button",{type:"button",class:"rank",...N},e,l("span",{class:"track"},t),n);return{root:r,paint({mode:o,value:a,extent:s,rank:i,selected:d,held:h}){S(e,`M${o}`),S(n,i==="peak"?P(a):J(a)),t.style.width=`${100*Math.max(0,a)/s||0}%`,$(r,{"data-mode":o,"aria-pressed":String(d),"data-hollow":!h}),r.title=h?"":"its maps are not in this page"}}}function ct(e){let{store:t,data:n}=e,r=rt(e),o=lt(e),a=dt(e),s=l("div",{class:"columns"},r.root,o.root,a.root);return{root:F("attention","What makes the attention",[],s),keys:["tile","layer","head","mode","image","token","view","theme","hover","keyToken"],paint(){let{state:i}=t,d=W(i);if(!d)return;let h={meta:n.meta,spectra:n.spectra,tile:d,image:i.image},m=i.token<0?void 0:Xe(h,i.token),p=kn(i,m,B(n.meta));r.paint(h,m,p),o.paint(h,m,p),a.paint(d.nModes)}}}function kn({hover:e,image:t,keyToken:n,token:r},o,a){return e?.image===t?a+e.patch:n>=0?n:o?o.weights.indexOf(Math.max(...o.weights)):r}function ut({store:e,data:t,signal:n}){let{meta:r}=t,o={layer:r.n_layers,head:r.n_heads,mode:r.n_modes},a=Object.keys(o).filter(c=>o[c]>1).map(c=>wn(c,o[c]-1,y=>e.set({[c]:y}),n)),s=l("output",{class:"selection","data-testid":"qk-selection","aria-live":"polite"}),i=I("image",r.images.map(({name:c},y)=>[String(y),c]),c=>e.set({image:Number(c)}),n),d=r.images.length>1?[i.root]:[],h=l("h2",{},r.title),m=l("div",{class:"sliders"},...a.map(c=>c.root),...d);return{root:l("header",{class:"controls"},h,s,m),keys:["layer","head","mode","image"],paint(){let{layer:c,head:y,mode:f,image:b}=e.state;for(let{name:M,paint:k}of a)k(e.state[M]);S(s,`L${c} H${y} M${f}`),i.input.value=String(b)}}}function wn(e,t,n,r){let o=l("input",{type:"range",min:0,max:t,step:1,value:0,"aria-label":e,"data-testid":`qk-slider-${e}`,...N}),a=l("output",{class:"number"});return o.addEventListener("input",()=>n(Number(o.value)),{signal:r}),{name:e,root:l("label",{class:"slider"},l("span",{},e),o,a),paint(s){o.value!==String(s)&&(o.value=String(s)),S(a,String(s))}}}function mt({meta:e},t){let n=(r,o)=>Math.min(Math.max(0,Math.trunc(r)||0),Math.max(0,o-1));return{layer:n(t.layer,e.n_layers),head:n(t.head,e.n_heads),mode:n(t.mode,e.n_modes),image:n(t.image,e.images.length)}}var pt=41;function ht({values:e,diverging:t},n){let r=Array.from(e).filter(Number.isFinite),o=Sn(r.reduce((i,d)=>Math.max(i,Math.abs(d)),0)),a=i=>o<=1?H(i).replace(/^(\u2212?)0\./,"$1."):P(i,2);if(t)return{low:-o,high:o,colour:i=>U(i/o,n),short:a};let s=Math.min(0,...r);return{low:s,high:o,colour:i=>te((i-s)/(o-s),n),short:a}}function ft({low:e,high:t,colour:n}){let r=new z(pt,1,"bar");r.paint(a=>n(e+(t-e)*a/(pt-1)));let o=e<0&&t>0?[l("span",{class:"mid"},"0")]:[];return[l("span",{},P(e,2)),l("span",{class:"bar"},r.canvas,...o),l("span",{},P(t,2))]}function Sn(e){if(!(e>0))return 1;let t=10**Math.floor(Math.log10(e));return([1,2,5,10].find(n=>n*t>=e*(1-1e-9))??10)*t}var Mn={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,-1],ArrowDown:[0,1]};function yt({store:e,data:t,signal:n}){let{n_layers:r,n_heads:o,head_numbers:a}=t.meta,s=Array.from({length:r*o},(g,w)=>An(Math.floor(w/o),w%o)),i=(g,w)=>s[g*o+w],d=Tn(r,o,i),h=l("div",{class:"legend"}),m=l("output",{class:"readout","aria-live":"off"}),p=I("colour",a.map(({key:g,label:w})=>[g,w]),g=>j(e,{number:g}),n),c=F("grid","Heads",[p.root],d,l("div",{class:"foot"},h,m)),y=g=>g.target.closest("[data-head]"),f=g=>({layer:Number(g.dataset.layer),head:Number(g.dataset.head)}),b=g=>{g&&e.set(f(g))},M=g=>{let{layer:w,head:x}=g?f(g):e.state,{label:E,values:C}=u();S(m,`L${w} H${x}  ${E} ${P(C[w*o+x]??Number.NaN)}`)};d.addEventListener("click",g=>b(y(g)),{signal:n}),d.addEventListener("pointerover",g=>M(y(g)),{signal:n}),d.addEventListener("pointerleave",()=>M(null),{signal:n}),d.addEventListener("keydown",k,{signal:n});function k(g){let w=Mn[g.key];if(!w)return;g.preventDefault();let{layer:x,head:E}=e.state;b(i(q(x+w[0],0,r-1),q(E+w[1],0,o-1))),e.flush(),i(e.state.layer,e.state.head).focus()}function u(){let g=Math.max(0,a.findIndex(({key:x})=>x===e.state.view.number));return{...a[g]??{key:"",label:"",diverging:!0,about:""},values:t.spectra.headNumber(g)}}let v="",A;function L(){let{theme:g}=e.state,w=u();if(v===`${w.key} ${g}`)return;v=`${w.key} ${g}`,p.input.value=w.key,p.root.title=w.about;let x=ht(w,g);for(let[E,C]of s.entries()){let Y=w.values[E]??Number.NaN,se=x.colour(Y);C.style.backgroundColor=ne(se),C.dataset.ink=nt(se);let ke=`layer ${Math.floor(E/o)}, head ${E%o}`;C.setAttribute("aria-label",`${ke}: ${w.label} ${P(Y)}`),S(C,x.short(Y))}h.replaceChildren(...ft(x))}return{root:c,keys:["layer","head","view","theme"],paint(){L();let{layer:g,head:w}=e.state;A&&$(A,{tabindex:-1,"aria-selected":"false"}),A=i(g,w),$(A,{tabindex:0,"aria-selected":"true"}),M(null)}}}function An(e,t){return l("div",{role:"gridcell",class:"cell",tabindex:-1,"aria-selected":"false","data-layer":e,"data-head":t,...N})}function Tn(e,t,n){let r=Array.from({length:e},(i,d)=>d),o=Array.from({length:t},(i,d)=>l("div",{role:"row",class:"row"},l("span",{role:"rowheader",class:"tick"},`H${d}`),...r.map(h=>n(h,d)))),a=l("div",{role:"row",class:"row axis"},l("span",{role:"columnheader",class:"tick"},""),...r.map(i=>l("span",{role:"columnheader",class:"tick","aria-label":`layer ${i}`},`${i}`))),s=l("div",{role:"grid",class:"cells","aria-label":"heads by layer"},...o,a);return s.style.setProperty("--layers",String(e)),s.dataset.dense=String(t>8||e>16),s}var bt=(e,t,n)=>xt(e,n>0?t/n:0,-1),gt=(e,t,n)=>xt(e,n>0?t/n:0,0);function xt(e,t,n){let r=[],o=new Float32Array(e.length);for(let a=0;a<e.length;a++){let s=t*e[a];(s>1||n<0&&s<n)&&r.push(a),o[a]=Math.min(1,Math.max(n,s))}return{strength:o,clipped:r}}function vt(e,t){let n=e.map(d=>t*d),r=n.slice().sort(),o=Te(r,.3),a=Te(r,.95);if(!(a>o))return{strength:new Float32Array(e.length),clipped:[]};let s=[];return{strength:n.map((d,h)=>(d>a&&s.push(h),Math.max(0,Math.min(1,(d-o)/(a-o))))),clipped:s}}var kt=(e,t)=>Math.abs(e)<t?0:e;function wt(e,t){let{store:n,data:r,signal:o}=e,{meta:a}=r,s=B(a),{name:i,width:d,height:h}=a.images[t]??{name:"",width:1,height:1},m={grid:a.layout.grid,aspect:d/h},p=new G({...m,url:r.pictures[t],label:`${i}: query and key map`}),c=new G({...m,label:`${i}: query map`}),y=new G({...m,label:`${i}: key map`}),f={picture:p,query:c,key:y},b=u=>n.set({image:t,token:u,keyToken:-1});for(let[u,v]of Object.entries(f))v.root.dataset.side=u,v.listen(xe(e,t,b,()=>n.state.token),o);let M=l("figure",{class:"picture","data-image":t},l("div",{class:"panes"},p.root,c.root,y.root),l("figcaption",{},i));function k(u,v,A){let{mode:L,view:g}=n.state,w=u.projections(v,t,L).subarray(s,s+he(a)),x=A==="-"?-1:1;return g.scale==="percentile"?vt(w,x):(g.layout==="side"?bt:gt)(w,x,u.range(v,L))}return{root:M,clear:()=>Object.values(f).forEach(u=>{u.clear()}),paint(u,v){let{view:A,theme:L}=n.state,g={query:k(u,"query",v),key:k(u,"key",v)},w=(E,C)=>kt(g[E].strength[C]??0,A.threshold);if(A.layout==="overlay"){p.paint(E=>re(w("query",E),w("key",E),A.palette)),p.tick(g.query.clipped,g.key.clipped);return}let x=E=>A.scale==="percentile"?te(E,L):U(E,L);c.paint(E=>x(w("query",E))),c.tick(g.query.clipped,[]),y.paint(E=>x(w("key",E))),y.tick([],g.key.clipped),p.clear()},mark(){let{image:u,token:v,hover:A}=n.state;M.toggleAttribute("data-current",t===u);for(let L of Object.values(f))L.outline("query",t===u?v-s:-1),L.outline("hover",A?.image===t?A.patch:-1)}}}var ae=12,St=24;function At(){let e=new z(ae,ae,"square"),t={query:Mt(),key:Mt()},n=l("div",{class:"mixture"},e.canvas,l("span",{class:"x"},"query →"),l("span",{class:"y"},"key →")),[r,o]=[l("p"),l("p")],a=l("div",{class:"maplegend"},n,t.query.root,t.key.root,l("div",{class:"words"},r,o)),s="";return{root:a,paint({view:i,sign:d,auto:h,theme:m,tile:p,mode:c}){let{layout:y,palette:f,scale:b}=i;s!==`${y} ${f} ${b} ${m}`&&(s=`${y} ${f} ${b} ${m}`,a.dataset.layout=y,S(o,$n(i)),Ln(e,f),t.query.colour(b,m),t.key.colour(b,m));for(let M of["query","key"])t[M].label(M,b,p?.range(M,c)??0);S(r,p?En(i,d,h,p,c):"")}}}function En(e,t,n,r,o){let a=`Sign ${t==="-"?"−":"+"}${n?", the one with the larger score over these images":""}.`,s=ge[e.palette],i=e.layout==="side"?"query and key":`${s.queryName} query, ${s.keyName} key`;if(e.scale==="percentile")return`${a} Scale as in the paper: ${i} from the 30th to the 95th percentile of each map by itself. Zero and sign are hidden; maps cannot be compared.`;let d=`query a = ${P(r.range("query",o))}, key a = ${P(r.range("key",o))}`,h=e.layout==="side"?"from −a to a":"from 0 to a (positive part)";return`${a} Scale: ${i} ${h}; ${d}: 99th percentile of |projection| over all images shown.`}function $n({layout:e,palette:t}){let n="Corner ticks: patches beyond the range, drawn at its end.";if(e==="side")return`Information flows from the key map’s regions to the query map’s. ${n}`;let{queryName:r,keyName:o}=ge[t];return`Information flows ${o} → ${r}. The two colours are projections, not attention: white is strong in both and does not mean that a patch attends to itself. ${n}`}function Ln(e,t){e.paint(n=>{let r=n%ae/(ae-1),o=1-Math.floor(n/ae)/(ae-1);return re(r,o,t)})}function Mt(){let e=new z(St,1,"bar"),[t,n,r]=[l("b"),l("span"),l("span")];return{root:l("div",{class:"scalebar legend"},t,n,e.canvas,r),colour(a,s){let i=d=>d/(St-1);a==="percentile"?e.paint(d=>te(i(d),s)):e.paint(d=>U(2*i(d)-1,s))},label(a,s,i){S(t,a),S(n,s==="percentile"?"p30":P(-i)),S(r,s==="percentile"?"p95":P(i))}}}function Et(e,t){let n=Tt("layout",[["overlay","overlay"],["side","side by side"]],m=>j(e,{layout:m}),t),r=Tt("sign",[["auto","auto"],["+","+"],["-","−"]],m=>e.set({sign:m}),t),o=I("palette",[["red-cyan","red / cyan"],["orange-blue","orange / blue"]],m=>j(e,{palette:m}),t),a=l("button",{type:"button",class:"toggle",...N},"as in the paper");a.title="Each map clipped to its own 30th and 95th percentile, as in the paper’s released figures",a.addEventListener("click",()=>j(e,{scale:e.state.view.scale==="percentile"?"signed":"percentile"}),{signal:t});let s=l("input",{type:"range",min:0,max:1,step:.01,"aria-label":"threshold",...N});s.addEventListener("input",()=>j(e,{threshold:Number(s.value)}),{signal:t});let i=l("output",{}),d=l("label",{class:"field"},l("span",{},"threshold"),s,i),h={};return{root:l("div",{class:"options"},n.root,r.root,o.root,a,d),paint({view:m,sign:p}){h.view===m&&h.sign===p||(h={view:m,sign:p},n.paint(m.layout),r.paint(p),o.input.value=m.palette,$(a,{"aria-pressed":String(m.scale==="percentile")}),s.value!==String(m.threshold)&&(s.value=String(m.threshold)),S(i,J(m.threshold)))}}}function Tt(e,t,n,r){let o=t.map(([s,i])=>{let d=l("button",{type:"button",value:s,...N},i);return d.addEventListener("click",()=>n(s),{signal:r}),d}),a=l("span",{class:"segments",role:"group","aria-label":e},...o);return{root:l("div",{class:"field"},l("span",{},e),a),paint(s){for(let i of o)$(i,{"aria-pressed":String(i.value===s)})}}}function $t({store:e,data:t},n){let{hover:r,mode:o,image:a,token:s,layer:i,head:d}=e.state,{meta:h,spectra:m}=t;if(o>=n.nModes)return"";if(!r)return"Hover a patch for its numbers; click one to make it the query.";let p=B(h)+r.patch,c=be(e.state.sign,n,o)==="-"?-1:1,y=k=>O(c*n.projection(k,r.image,o,p),n.bound(k,r.image,o)),f=`${K(h,p)}  query ${y("query")}  key ${y("key")}`;if(s<0||r.image!==a)return f;let{value:b,bound:M}=Me({meta:h,spectra:m,tile:n,image:a},o,s,p);return`${f}  · L${i} H${d} M${o} adds ${O(b,M)} to the score of query ${K(h,s)} with this key`}function Pn(e){let t=n=>(n-e%n)%n;return e<=4||t(4)<=t(3)?Math.min(e,4):3}function Lt(e){let{store:t,data:n,signal:r}=e,o=n.meta.images.map((f,b)=>wt(e,b)),a=l("div",{class:"gallery"},...o.map(({root:f})=>f));a.style.setProperty("--columns",String(Pn(o.length)));let s=Et(t,r),i=At(),d=l("output",{class:"readout","aria-live":"polite"}),h=l("p",{class:"missing",hidden:!0}),p=F("overlay","Mode on the images",[],s.root,a,h,d,i.root);function c(f){let{mode:b,sign:M,view:k,theme:u}=t.state,v=b<f.nModes;$(h,{hidden:v}),S(h,`The maps of M${b} are not in this page: it holds M0 to M${f.nModes-1} of each head.`);let A=be(M,f,b);for(let L of o)v?L.paint(f,A):L.clear();i.paint({view:k,sign:A,auto:M==="auto",theme:u,tile:v?f:null,mode:b})}let y=[];return{root:p,keys:["tile","layer","head","mode","image","token","sign","view","theme","hover"],paint(){let f=t.state,b=W(f);a.dataset.layout=f.view.layout,s.paint(f);let M=[b,f.mode,f.sign,f.view,f.theme];b&&M.some((k,u)=>k!==y[u])&&(y=M,c(b));for(let k of o)k.mark();b&&S(d,$t(e,b))}}}var V={top:4,bottom:92},_e={top:108,bottom:160},ce=178,Nn=6;function Nt(e,t){let n=c=>`${100*c/e}%`,r=le([-1,1],[_e.bottom,_e.top]),o=Array.from({length:e},(c,y)=>y),a=o.map(c=>T("rect",{class:"bar",x:n(c+.12),width:n(.76),height:1})),s=T("path",{class:"stem"}),i=T("path",{class:"dots"}),d=T("svg",{viewBox:`0 0 ${e} ${ce}`,width:"100%",height:ce,preserveAspectRatio:"none"},s,i),h=T("rect",{class:"cursor",y:0,height:_e.bottom+4,width:n(1)}),m=T("g");return{root:T("svg",{class:"chart",height:ce,role:"slider",tabindex:0,"aria-label":"mode","aria-valuemin":0,"aria-valuemax":e-1,...N},Rn(),h,T("rect",{class:"band",x:0,width:"100%",y:r(t),height:r(-t)-r(t)}),T("line",{class:"rule",x1:0,x2:"100%",y1:V.bottom,y2:V.bottom}),T("line",{class:"zero",x1:0,x2:"100%",y1:r(0),y2:r(0)}),...a,d,m,...Cn(e,n),...o.map(c=>T("rect",{class:"hit",x:n(c),width:n(1),height:ce,"data-mode":c}))),draw(c,y,f,b){let M=le([0,c[0]??1],[V.bottom,V.top]),k=[];for(let u of o){let v=a[u],A=M(c[u]??0),L=y[u]??Number.NaN;v.setAttribute("transform",`translate(0 ${A}) scale(1 ${V.bottom-A})`),v.setAttribute("fill",u>=f?"none":ne(U(L,b))),Number.isNaN(L)||k.push(`M${u+.5} ${r(L)}`)}s.setAttribute("d",k.map(u=>`${u}V${r(0)}`).join("")),i.setAttribute("d",k.map(u=>`${u}h0`).join(""))},bracket(c,y){m.replaceChildren(...Pt(e,f=>y[f]===1?-1:c[f]??-1,2).flatMap(([f,b])=>_n(f,b,n)),...Pt(e,f=>y[f]===1?0:-1,1).map(([f,b])=>T("rect",{class:"null",x:n(f),width:n(b-f+1),y:V.top,height:V.bottom-V.top,fill:"url(#qk-hatch)"})))},mark:c=>$(h,{x:n(c)})}}function Cn(e,t){let n=Math.max(1,2*Math.round(e/Nn/2));return Array.from({length:Math.ceil(e/n)},(r,o)=>T("text",{class:"tick",x:t(o*n+.5),y:ce-4,"text-anchor":"middle"},`M${o*n}`))}function Rn(){let e=T("line",{class:"hatch",x1:0,x2:0,y1:0,y2:5});return T("defs",{},T("pattern",{id:"qk-hatch",width:5,height:5,patternUnits:"userSpaceOnUse",patternTransform:"rotate(45)"},e))}function _n(e,t,n){let[r,o]=[n(e+.5),n(t+.5)],[a,s]=[V.bottom+3,V.bottom+7];return[T("line",{class:"bracket",x1:r,x2:r,y1:a,y2:s}),T("line",{class:"bracket",x1:o,x2:o,y1:a,y2:s}),T("line",{class:"bracket",x1:r,x2:o,y1:s,y2:s})]}function Pt(e,t,n){let r=[];for(let o=0;o<e;){let a=o;for(;a+1<e&&t(a+1)===t(o);)a++;t(o)>=0&&a-o+1>=n&&r.push([o,a]),o=a+1}return r}var qn={ArrowLeft:e=>e-1,ArrowDown:e=>e-1,ArrowRight:e=>e+1,ArrowUp:e=>e+1,Home:()=>0,End:(e,t)=>t};function Ct({store:e,data:t,signal:n}){let{meta:r,spectra:o}=t,a=r.n_modes,s=Nt(a,r.mode_band),i=l("span",{class:"tick"}),d=l("div",{class:"ylabels","aria-hidden":"true"},i,l("span",{class:"tick name"},"σ"),l("span",{class:"tick one"},"1"),l("span",{class:"tick name cos"},"cos"),l("span",{class:"tick minus"},"−1")),h=l("output",{class:"readout"}),m=`grey band: chance for one mode, ±${H(r.mode_band)} (95 %)`,p=l("span",{}),c=l("p",{class:"caption"},m,p),y=F("spectrum","Modes of this head",[],l("div",{class:"plot"},d,s.root),h,c),f=u=>Number(u.target.closest("[data-mode]")?.dataset.mode??-1);s.root.addEventListener("click",u=>f(u)>=0&&e.set({mode:f(u)}),{signal:n}),s.root.addEventListener("pointerover",u=>e.set({hoverMode:f(u)}),{signal:n}),s.root.addEventListener("pointerleave",()=>e.set({hoverMode:-1}),{signal:n}),s.root.addEventListener("keydown",b,{signal:n});function b(u){let v=qn[u.key];v&&(u.preventDefault(),e.set({mode:q(v(e.state.mode,a-1),0,a-1)}))}function M(u){let{layer:v,head:A}=e.state,L=P(o.modes("singular_values",v,A)[u]??Number.NaN),g=H(o.modes("cosine",v,A)[u]??Number.NaN),w=o.caveat(v,A,u);return`M${u}  σ ${L}  cosine ${g}${w&&`  · ${w}`}`}let k="";return{root:y,keys:["layer","head","mode","hoverMode","tile","theme"],paint(){let{layer:u,head:v,mode:A,hoverMode:L,theme:g}=e.state,w=Math.max(r.embedded_modes,W(e.state)?.nModes??0);if(k!==`${u} ${v} ${w} ${g}`){k=`${u} ${v} ${w} ${g}`;let x=o.modes("singular_values",u,v);s.draw(x,o.modes("cosine",u,v),w,g),s.bracket(o.modes("degenerate",u,v),o.modes("null",u,v)),S(i,P(x[0]??Number.NaN)),S(p,w<a?`; hollow: maps not in this page (it holds M0 to M${w-1})`:"")}s.mark(A),S(h,M(L>=0?L:A)),$(s.root,{"aria-valuenow":A,"aria-valuetext":M(A)})}}}var me=150,ue={top:8,bottom:126};function Rt({store:e,data:t,signal:n}){let{n_layers:r,n_heads:o}=t.meta,a=t.spectra.heads("head_cosine"),s=t.spectra.layers("layer_cosine"),i=t.spectra.layers("layer_band"),[d,h]=Hn([...a,...s,...i,...i.map(x=>-x)]),m=le([d,h],[ue.bottom,ue.top]),p=x=>`${100*(x+.5)/r}%`,c=Array.from({length:r},(x,E)=>E),y=Array.from(a,(x,E)=>T("circle",{class:"dot",cx:p(Math.floor(E/o)),cy:m(x),r:2.6,"data-layer":Math.floor(E/o),"data-head":E%o})),f=c.slice(1).map(x=>T("line",{class:"mean",x1:p(x-1),y1:m(s[x-1]??0),x2:p(x),y2:m(s[x]??0)})),b=T("rect",{class:"cursor",y:0,height:ue.bottom,width:`${100/r}%`}),M=T("circle",{class:"ring",r:5}),k=c.map(x=>T("rect",{class:"hit",x:`${100*x/r}%`,width:`${100/r}%`,y:0,height:me,"data-layer":x})),u=[0,.5,1].map(x=>T("text",{class:"tick",x:p(x*(r-1)),y:me-8,"text-anchor":"middle"},String(x))),v=T("svg",{class:"chart",height:me,role:"img"},b,Un(r,i,m),T("line",{class:"zero",x1:0,x2:"100%",y1:m(0),y2:m(0)}),T("line",{class:"rule",x1:0,x2:"100%",y1:ue.bottom,y2:ue.bottom}),...f,M,...k,...y,...c.map(x=>T("circle",{class:"mean-dot",cx:p(x),cy:m(s[x]??0),r:2.2})),...u),A=l("div",{class:"ylabels","aria-hidden":"true"});for(let x of On([d,h])){let E=l("span",{class:"tick at"},H(x));E.style.top=`${m(x)}px`,A.append(E)}let L=l("output",{class:"readout"}),g=F("trend","Weighted mean cosine",[],l("div",{class:"plot"},A,v),l("p",{class:"xlabel"},"normalised layer l / (L − 1)"),L,l("p",{class:"caption"},"line: mean of the heads; dots: single heads; band: chance for the mean (95 %)"),Bn(s,i));v.addEventListener("click",x=>{let{layer:E,head:C}=x.target.dataset;E!==void 0&&e.set({layer:Number(E),...C!==void 0&&{head:Number(C)}})},{signal:n});let w="";return{root:g,keys:["layer","head","theme"],paint(){let{layer:x,head:E,theme:C}=e.state;if(w!==C){w=C;for(let[ke,Ut]of y.entries())Ut.setAttribute("fill",ne(U(a[ke]??Number.NaN,C)))}let Y=a[x*o+E]??Number.NaN;$(b,{x:`${100*x/r}%`}),$(M,{cx:p(x),cy:m(Y||0)});let se=`L${x}  mean ${H(s[x]??Number.NaN)}  chance ±${P(i[x]??Number.NaN,2)}  H${E} ${H(Y)}`;S(L,se),$(v,{"aria-label":`Weighted mean cosine over layers. ${se}`})}}}function Bn(e,t){let n=(...o)=>l("tr",{},...o.map(a=>l("td",{},a))),r=Array.from(e,(o,a)=>n(`L${a}`,H(o),`±${P(t[a]??Number.NaN,2)}`));return l("table",{class:"unseen-table"},l("tbody",{},n("layer","mean","chance"),...r))}function Hn(e){let t=e.filter(Number.isFinite),n=Math.min(0,...t),r=Math.max(.1,...t),o=.05*(r-n);return[n-o,r+o]}function On([e,t]){let n=[.05,.1,.25].find(o=>(t-e)/o<=6)??.5,r=Math.floor(t/n)-Math.ceil(e/n)+1;return Array.from({length:r},(o,a)=>(Math.ceil(e/n)+a)*n)}function Un(e,t,n){let r=o=>Array.from(t,(a,s)=>`${s+.5},${n(o*(a||0))}`);return T("svg",{viewBox:`0 0 ${e} ${me}`,width:"100%",height:me,preserveAspectRatio:"none"},T("polygon",{class:"band",points:[...r(1),...r(-1).reverse()].join(" ")}))}var pe=class{layer;head;nModes;nTokens;nBytes;biasKey;biasQuery;constant;#t;#e;#n;#r;#o;#a;constructor(t,n,r){let o=de(t);this.layer=n,this.head=r,this.nBytes=t.length;let[,a=0,s=0]=R(o,"query").shape;this.nModes=a,this.nTokens=s,this.#t=new D(o,"query"),this.#e=new D(o,"key"),this.biasKey=new D(o,"bias_key"),this.biasQuery=new D(o,"bias_query"),this.constant=new D(o,"constant"),this.#n=R(o,"sign").data,this.#r=R(o,"range").data,this.#o=o.has("rows")?new D(o,"rows"):void 0,this.#a=o.get("rows")?.shape[1]??0}get exact(){return this.#t.exact}projections(t,n,r){return this.#l(t).row(n*this.nModes+r)}projection(t,n,r,o){return this.#l(t).at(n*this.nModes+r,o)}bound(t,n,r){return this.#l(t).bound(n*this.nModes+r)}autoSign(t){return(this.#n[t]??1)<0?"-":"+"}range(t,n){return this.#r[(t==="query"?0:this.nModes)+n]??0}scoreRow(t,n){if(!this.#o||n<0||n>=this.#a)return;let r=t*this.#a+n;return{scores:this.#o.row(r),bound:this.#o.bound(r)}}#l(t){return t==="query"?this.#t:this.#e}};var Fn=2e3,Vn=120,Dn=64e6,_t=({layer:e,head:t})=>`L${e} H${t}`,_=({layer:e,head:t})=>`L${e}H${t}`,ve=class{#t;#e;#n;#r;#o=new Set;#a=new Map;#l=Math.random().toString(36).slice(2,8);#c=0;#i;#s;#p=new Map;#d;#u=!1;constructor(t,n,r,o){this.#t=t,this.#e=n.tiles??{},this.#n=n.live,this.#r=r,t.on("msg:custom",(a,s)=>this.#v(a,s),o),o.addEventListener("abort",()=>clearTimeout(this.#d),{once:!0})}async want(t,n){let r={layer:t,head:n};this.#i=r,this.#s||clearTimeout(this.#d);let o=this.#a.get(_(r));(!o||!this.#o.has(_(r)))&&this.#b(r),o?this.#y(o):this.#m(r)&&await this.#g(r)}#b(t){this.#n?this.#s||(this.#m(t)?this.#d=setTimeout(()=>this.#h(),Vn):this.#h()):this.#m(t)||this.#r.error(`The maps of ${_t(t)} are not in this page.`)}#m(t){return!Ie(this.#e[_(t)])}async#g(t){try{let n=await Q(this.#e[_(t)]),r=new pe(n,t.layer,t.head);this.#o.has(_(t))||this.#f(r)}catch(n){this.#r.error(`${_t(t)} could not be read. ${n.message}`)}}#h(){let t=this.#i;if(!t)return;let n={...t,id:`${this.#l}-${this.#c++}`,acknowledged:!1};this.#s=n,this.#p.set(n.id,n),this.#d=setTimeout(()=>this.#x(n),Fn),this.#t.send({kind:"need",id:n.id,layer:n.layer,head:n.head})}#x(t){if(this.#s!==t||t.acknowledged)return;this.#s=void 0;let n=this.#i!==void 0&&this.#m(this.#i);(!this.#u||!n)&&this.#r.silence(n),this.#u=!0}#v(t,n=[]){let r=t,o=this.#p.get(r?.id??"");if(!o)return;if(r.kind==="ack"){o.acknowledged=!0,this.#s===o&&clearTimeout(this.#d),this.#u&&this.#r.heard(),this.#u=!1;return}if(r.kind!=="tile"&&r.kind!=="error")return;this.#p.delete(o.id),this.#s===o&&(clearTimeout(this.#d),this.#s=void 0),r.kind==="error"?this.#r.error(r.message??"The kernel could not compute this head."):this.#k(o,n[0]);let a=this.#i;!a||this.#s||_(a)===_(o)||this.#o.has(_(a))||this.#h()}async#k(t,n){try{let r=new pe(await Q(n),t.layer,t.head);this.#o.add(_(t)),this.#f(r)}catch(r){this.#r.error(r.message)}}#f(t){this.#a.set(_(t),t);let n=[...this.#a.values()].reduce((r,{nBytes:o})=>r+o,0);for(let[r,{nBytes:o}]of this.#a){if(n<=Dn||r===_(t))break;this.#a.delete(r),this.#o.delete(r),n-=o}this.#y(t)}#y(t){!this.#i||_(t)!==_(this.#i)||(this.#a.delete(_(t)),this.#a.set(_(t),t),this.#r.tile(t))}};var zn=200,jn="The kernel does not answer; until it does, numbers are those embedded in this view.",In="The maps of this head are not embedded in this view, and no kernel answers. Run the notebook's cells again.";async function qt(e,t,n,r){let o,a=()=>{clearTimeout(o),t.removeAttribute("data-waiting")},s=()=>{clearTimeout(o),o=setTimeout(()=>t.setAttribute("data-waiting",""),zn)};r.addEventListener("abort",a,{once:!0});let i=new ve(e,{tiles:e.get("tiles"),live:e.get("live")},{tile(h){a(),n.set({tile:h,error:""})},error:h=>n.set({error:h}),silence:h=>n.set(h?{note:jn}:{error:In}),heard:()=>n.set({note:"",error:""})},r),d=()=>(W(n.state)||s(),i.want(n.state.layer,n.state.head));n.watch(["layer","head"],()=>{d()},r),await d()}var Kn={grid:yt,spectrum:Ct,overlay:Lt,trend:Rt,attention:ct},Bt=["overlay","attention"],Gn=["meta","spectra","pictures","tiles","live","panels"],Wn={palette:"red-cyan",scale:"signed",layout:"overlay",threshold:0,number:"",rank:"share"};async function Ht({model:e,root:t,signal:n,onTheme:r}){let o;n.addEventListener("abort",()=>o?.abort(),{once:!0});async function a(){o?.abort(),o=new AbortController,await Yn({model:e,root:t,signal:o.signal,onTheme:r})}let s=!1,i=()=>{s||(s=!0,queueMicrotask(()=>{s=!1,n.aborted||a()}))};for(let d of Gn)e.on(`change:${d}`,i,n);await a()}async function Yn(e){let{model:t,root:n,signal:r}=e,o=a=>t.get(a);try{let a=await We({meta:o("meta"),spectra:o("spectra"),pictures:o("pictures")},r);if(r.aborted)return;await Qn(e,a,o("panels"))}catch(a){if(r.aborted)return;n.replaceChildren(Ot(a.message))}r.aborted||(n.dataset.ready="1")}async function Qn(e,t,n){let{model:r,root:o,signal:a,onTheme:s}=e,i=new fe(Xn(r),a),d={store:i,data:t,signal:a},h=n.filter(u=>t.meta.images.length>0||!Bt.includes(u)),m=ut(d),p=Jn(d,o),c=h.map(u=>({...Kn[u](d),aboutImages:Bt.includes(u)})),y=()=>i.set(mt(t,i.state));y(),i.watch(["layer","head","mode","image"],y,a),Ye(r,i,Re,a);let b=c.some(({aboutImages:u})=>u)?qt(r,o,i,a):void 0;for(let{keys:u,paint:v}of[m,p,...c])i.watch(u,v,a);s(u=>i.set({theme:u}),a);for(let{paint:u}of[m,p,...c])u();let M=[!1,!0].map(u=>c.filter(({aboutImages:v})=>v===u).map(v=>v.root)).filter(u=>u.length).map(u=>l("div",{class:"side"},...u)),k=t.meta.left_out.length?[l("p",{class:"note"},t.meta.left_out.join(" "))]:[];o.replaceChildren(m.root,...p.roots,l("div",{class:"panels"},...M),...k,Je(t)),await b,a.aborted||i.flush()}function Jn({store:e},t){let n=Ot(""),r=l("p",{class:"note",role:"status","data-testid":"qk-note"});return{roots:[n,r],keys:["error","note","view"],paint(){S(n,e.state.error),S(r,e.state.note),t.dataset.qkPalette=e.state.view.palette}}}var Ot=e=>l("p",{class:"error",role:"alert","data-testid":"qk-error"},e);function Xn(e){let t=Object.fromEntries(Re.map(n=>[n,e.get(n)]));return{...t,view:{...Wn,...t.view},theme:"light",tile:null,hover:null,hoverMode:-1,keyToken:-1,error:"",note:""}}var Oa=Oe({css:[Fe,Ve,Ue,De].join(`
`),render:Ht});export{Oa as default};
