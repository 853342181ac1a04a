var tn="http://www.w3.org/2000/svg";function ze(e,t,n){for(let[r,o]of Object.entries(t))o!==void 0&&o!==!1&&e.setAttribute(r,o===!0?"":String(o));return e.append(...n),e}function l(e,t={},...n){return ze(document.createElement(e),t,n)}function M(e,t={},...n){return ze(document.createElementNS(tn,e),t,n)}function $(e,t){for(let[n,r]of Object.entries(t))if(r===void 0||r===!1)e.removeAttribute(n);else{let o=r===!0?"":String(r);e.getAttribute(n)!==o&&e.setAttribute(n,o)}}function S(e,t){let n=e.firstChild;n instanceof Text&&n===e.lastChild?n.data!==t&&(n.data=t):e.textContent=t}var N={"data-lm-suppress-shortcuts":"true"};function W(e,t,n,r){let o=l("select",N,...t.map(([a,s])=>l("option",{value:a},s)));return o.addEventListener("change",()=>n(o.value),{signal:r}),{root:l("label",{class:"field"},l("span",{},e),o),input:o}}var nn=["class","style","data-jp-theme-light","data-theme","data-color-mode"];function rn(e){for(let t=e;t;t=on(t)){let n=getComputedStyle(t).backgroundColor,r=an(n);if(r)return{theme:.2126*r[0]+.7152*r[1]+.0722*r[2]<128?"dark":"light",paper:n}}return{theme:Ie()?.matches?"dark":"light",paper:"Canvas"}}function De(e,t,n){let r=()=>t(rn(e)),o=new MutationObserver(r);for(let a of[document.documentElement,document.body])o.observe(a,{attributes:!0,attributeFilter:nn});n.addEventListener("abort",()=>o.disconnect(),{once:!0}),Ie()?.addEventListener("change",r,{signal:n}),r()}var Ie=()=>globalThis.matchMedia?.("(prefers-color-scheme: dark)");function on(e){if(e.parentElement)return e.parentElement;let t=e.getRootNode();return t instanceof ShadowRoot?t.host:null}function an(e){let[t,n,r,o=1]=e.match(/[\d.]+/g)?.map(Number)??[];return t===void 0||n===void 0||r===void 0||o<.5?void 0:[t,n,r]}function je(e){return{async render({model:t,el:n,signal:r}){if(r?.aborted)return()=>{};let o=new AbortController,{signal:a}=o,s=l("div",{class:"qk-view",...N}),i=l("div",{class:"qk","data-qk-theme":"light"});sn(s.attachShadow({mode:"open"}),e.css).append(i),n.append(s),i.addEventListener("keydown",ln,{signal:a});let d=()=>{o.abort(),s.remove()};r?.addEventListener("abort",d,{once:!0,signal:a});let u=(m,f)=>De(s,({theme:c,paper:b})=>{i.setAttribute("data-qk-theme",c),i.style.setProperty("--paper",b),m(c)},f);return await e.render({model:dn(t),root:i,signal:a,onTheme:u}),d}}}function sn(e,t){if("adoptedStyleSheets"in e&&"replaceSync"in CSSStyleSheet.prototype){let n=new CSSStyleSheet;n.replaceSync(t),e.adoptedStyleSheets=[n]}else e.append(l("style",{},t));return e}function ln(e){e.ctrlKey||e.metaKey||e.altKey||e.key==="Escape"||e.key==="Tab"||e.stopPropagation()}function dn(e){let t=n=>{try{n()}catch{}};return{get:n=>e.get(n),set:(n,r)=>t(()=>e.set(n,r)),on(n,r,o){if(o.aborted)return;let a=(...s)=>{o.aborted||r(...s)};t(()=>e.on(n,a)),o.addEventListener("abort",()=>t(()=>e.off(n,a)),{once:!0})},save_changes:()=>t(()=>e.save_changes()),send:n=>t(()=>e.send(n))}}var Ke=`/* The parts of a score, and the ranking of modes. */

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
`;var Ge=`/* Heads, spectrum and trend: what the weights say. Colours are those of src/explorer/style.css. */

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

.cell[data-undefined] {
  background-image: repeating-linear-gradient(45deg, transparent 0 4px, var(--rule) 4px 5px);
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
`;var We=`/* Pictures with maps on them, and their legend. */

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
`;var Ye=`/* The explorer, in its own shadow root. Every colour has one home here; the page's theme is data-qk-theme on .qk.
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
`;var Je=e=>typeof e=="object"&&e!==null&&"base64"in e;function Xe(e){return e==null||e===""?!0:ArrayBuffer.isView(e)?e.byteLength===0:!(typeof e=="string"||e instanceof ArrayBuffer||Je(e))}async function X(e){if(ArrayBuffer.isView(e))return new Uint8Array(e.buffer,e.byteOffset,e.byteLength);if(e instanceof ArrayBuffer)return new Uint8Array(e);if(typeof e=="string")return Qe(e);if(Je(e)){let t=Qe(e.base64);return e.gzip?hn(t):t}throw new Error("Bytes were expected, but nothing that holds bytes came with this view.")}function Qe(e){let t=Uint8Array.fromBase64;if(t)return t.call(Uint8Array,e);let n=atob(e),r=new Uint8Array(n.length);for(let o=0;o<n.length;o++)r[o]=n.charCodeAt(o);return r}async function hn(e){let t=new Blob([e]).stream().pipeThrough(new DecompressionStream("gzip"));return new Uint8Array(await new Response(t).arrayBuffer())}var de=e=>e.replace(/-/g,"−");function C(e,t=3){if(!Number.isFinite(e))return"–";let n=Math.abs(e);if(n!==0&&(n<.001||n>=1e5))return de(e.toExponential(1));let r=n===0?t-1:Math.max(0,t-1-Math.floor(Math.log10(n)));return de(e.toFixed(r))}var U=e=>Number.isFinite(e)?de(Math.abs(e)<.005?"0.00":e.toFixed(2)):"–";function Z(e){if(!Number.isFinite(e))return"–";let t=e!==0&&Math.abs(e)<.0995?1:0,n=(100*e).toFixed(t);return`${Number(n)===0?"0":de(n)} %`}var Ze="not known",et=e=>Math.max(-4,Math.floor(Math.log10(e))),tt=e=>Math.max(0,-e),nt=(e,t)=>(Math.ceil(e/10**t-1e-9)*10**t).toFixed(tt(t));function B(e,t){if(t===0)return C(e,4);if(!Number.isFinite(e)||!Number.isFinite(t))return Ze;let n=et(t),r=e.toFixed(tt(n)),o=Math.abs(Number(r)-e);return`${de(r)} ± ${nt(t+o,n)}`}var rt=e=>Number.isFinite(e)?nt(e,et(e)):Ze,H=(e,t)=>Number.isFinite(e)?t(e):"not defined",ge=(e,t)=>Number.isFinite(e)?e:t;function ot(e){return e.length<2?e.join(""):`${e.slice(0,-1).join(", ")} and ${e.at(-1)}`}var O=(e,t,n)=>Math.min(n,Math.max(t,e));function ce(e,t){let n=(t[1]-t[0])/(e[1]-e[0]||1);return r=>t[0]+(r-e[0])*n}var at={U8:Uint8Array,I8:Int8Array,U16:Uint16Array,I16:Int16Array,I32:Int32Array,F32:Float32Array,F64:Float64Array},fn={U8:255,U16:65535},bn=2**-22;function ue(e){let t=yn(e),n=8+t.length,r=new Map;for(let[o,a]of Object.entries(t.entries)){if(o==="__metadata__")continue;let[s,i]=a.data_offsets;if(n+i>e.length)throw ee(`tensor "${o}" ends after the last byte`);if(!(a.dtype in at))throw ee(`tensor "${o}" is of the unknown type ${a.dtype}`);let d=a.dtype;r.set(o,{dtype:d,shape:a.shape,data:gn(e.subarray(n+s,n+i),d)})}return r}function yn(e){if(e.length<8)throw ee(`it has ${e.length} bytes`);let t=Number(new DataView(e.buffer,e.byteOffset,8).getBigUint64(0,!0));if(t>e.length-8)throw ee("its header is longer than itself");try{return{length:t,entries:JSON.parse(new TextDecoder().decode(e.subarray(8,8+t)))}}catch{throw ee("its header is not readable")}}function gn(e,t){let n=at[t],r=e.byteOffset%n.BYTES_PER_ELEMENT===0?e:e.slice();return new n(r.buffer,r.byteOffset,r.byteLength/n.BYTES_PER_ELEMENT)}var ee=e=>new Error(`Data of this view must be whole safetensors bytes: ${e}. Make the page or the file again.`);function _(e,t){let n=e.get(t);if(!n)throw ee(`tensor "${t}" is not in it`);return n}var I=class{length;#t;#e;#r;#n;constructor(t,n){let{shape:r,data:o,dtype:a}=_(t,n);this.length=r.at(-1)??1,this.#t=o,this.#n=fn[a]??0,!(a==="F32"||a==="F64")&&(this.#e=_(t,`${n}.lo`).data,this.#r=_(t,`${n}.step`).data)}get exact(){return this.#r===void 0}at(t,n){let r=this.#t[t*this.length+n]??Number.NaN;return this.#r?(this.#e?.[t]??0)+(this.#r[t]??0)*r:r}bound(t){let n=this.#r?.[t]??0;return n===0?0:n/2+bn*(Math.abs(this.#e?.[t]??0)+this.#n*n)}row(t){let n=new Float32Array(this.#t.subarray(t*this.length,(t+1)*this.length));if(!this.#r)return n;let r=this.#e?.[t]??0,o=this.#r[t]??0;for(let a=0;a<n.length;a++)n[a]=r+o*n[a];return n}};var F=({layout:e})=>e.n_cls+e.n_distill+e.n_registers,xe=({layout:e})=>e.grid[0]*e.grid[1];function Ee({images:e,n_images_made:t},n){return t!==void 0&&t>e.length?`the ${t} images the view was made from`:n}function Y(e,t){let n=t-F(e);if(n<0)return e.tokens[t]??`token ${t}`;let r=e.layout.grid[1];return`r${Math.floor(n/r)} c${n%r}`}var Te=class{#t;#e;constructor(t,n){this.#t=ue(t),this.#e=n}modes(t,n,r){let{n_heads:o,n_modes:a}=this.#e,s=(n*o+r)*a;return _(this.#t,t).data.subarray(s,s+a)}heads(t){return _(this.#t,t).data}layers(t){return _(this.#t,t).data}headNumber(t){let n=this.#e.n_layers*this.#e.n_heads;return _(this.#t,"head_numbers").data.subarray(t*n,(t+1)*n)}ranking(t,n,r,o){let{n_layers:a,n_heads:s,n_modes:i}=this.#e,d=((n*a+r)*s+o)*i;return _(this.#t,t).data.subarray(d,d+i)}shareOfBias(t,n,r){let{n_layers:o,n_heads:a}=this.#e;return _(this.#t,"share_bias").data[(t*o+n)*a+r]??Number.NaN}isNull(t,n,r){return this.modes("null",t,n)[r]===1}partners(t,n,r){let o=this.modes("degenerate",t,n),a=o[r]??-1;return a<0?[]:[...o.keys()].filter(s=>s!==r&&o[s]===a)}caveat(t,n,r){if(this.isNull(t,n,r))return"null mode: its singular value is zero to rounding, its directions are arbitrary";let o=this.partners(t,n,r).map(s=>`M${s}`);return o.length?`defined only together with ${ot(o)}`:(this.modes("stability",t,n)[r]??0)>=1?"may turn under the rounding of the stored weights":""}};async function st(e,t){let{meta:n}=e;if(n?.format!==1)throw new Error(n?.format?`This view reads format 1, but its data say format ${n.format}. They were made by a newer qkwidgets; update it.`:"The description of this view did not arrive with it. Run the cell again, or make the page again.");let[r,o]=await Promise.all([X(e.spectra).then(a=>new Te(a,n)),n.images.length?X(e.pictures).then(a=>xn(a,n,t)):[]]);return{meta:n,spectra:r,pictures:o}}function xn(e,t,n){let r=ue(e),o=t.images.map(({mime:a},s)=>URL.createObjectURL(new Blob([_(r,`image.${s}`).data],{type:a})));return n.addEventListener("abort",()=>o.forEach(a=>{URL.revokeObjectURL(a)}),{once:!0}),o}var ve=class{#t;#e=new Set;#r=new Set;#n=0;#o=!1;constructor(t,n){this.#t={...t},n.addEventListener("abort",()=>this.#a(),{once:!0})}get state(){return this.#t}get watchers(){return this.#e.size}set(t){for(let n of Object.keys(t)){let r=t[n];Object.is(this.#t[n],r)||(this.#t[n]=r,this.#r.add(n))}this.#r.size&&!this.#n&&!this.#o&&(this.#n=requestAnimationFrame(()=>this.flush()))}watch(t,n,r){let o={keys:t,react:n};this.#e.add(o),r.addEventListener("abort",()=>this.#e.delete(o),{once:!0})}flush(){cancelAnimationFrame(this.#n);for(let t=0;this.#r.size&&t<4;t++){let n=this.#r;this.#r=new Set;for(let{keys:r,react:o}of this.#e)r.some(a=>n.has(a))&&o()}this.#n=0}#a(){this.#o=!0,cancelAnimationFrame(this.#n)}};function it(e,t,n,r){for(let a of n)e.on(`change:${a}`,()=>t.set({[a]:e.get(a)}),r);let o=vn(()=>{let a=n.filter(s=>!Object.is(e.get(s),t.state[s]));for(let s of a)e.set(s,t.state[s]);a.length&&e.save_changes()},80,r);t.watch(n,o,r)}function vn(e,t,n){let r,o=!1,a=()=>{r=void 0,o&&s()},s=()=>{o=!1,r=setTimeout(a,t),e()};return n.addEventListener("abort",()=>{clearTimeout(r),o&&e()},{once:!0}),()=>{r===void 0?s():o=!0}}function dt({meta:e}){let t=e.about.map(({question:o,choice:a,alternative:s,source:i})=>[o,a,s,i]),n=e.images.map(({name:o,source:a,licence:s})=>[o,[a,s].filter(Boolean).join(" · ")]),r=Object.entries(e.provenance).map(([o,a])=>[o,typeof a=="string"?a:JSON.stringify(a)]);return l("details",{class:"about"},l("summary",N,"About this view"),...$e("Choices",t,["open in the paper","here","alternative","source"]),...lt("Notes",e.notes),...lt("Left out of this page",e.left_out),...$e("Pictures",n),...$e("Where it comes from",r))}function $e(e,t,n){if(!t.length)return[];let r=t.map(([a="",...s])=>l("tr",{},l("th",{scope:"row"},a),...s.map(i=>l("td",{},i||"–")))),o=n?[l("thead",{},l("tr",{},...n.map(a=>l("th",{scope:"col"},a))))]:[];return[l("h4",{},e),l("table",{},...o,l("tbody",{},...r))]}function lt(e,t){return t.length?[l("h4",{},e),l("ul",{},...t.map(n=>l("li",{},n)))]:[]}function Le({meta:e,spectra:t,tile:n,image:r},o,a,s){let i=t.modes("singular_values",n.layer,n.head)[o]??0,d=n.projection("query",r,o,a),u=n.projection("key",r,o,s),m=n.bound("query",r,o),f=n.bound("key",r,o),c=e.scale*i;return{value:c*d*u,bound:c*(Math.abs(d)*f+Math.abs(u)*m+m*f)}}function ct(e,t){let r=e.tile.scoreRow(e.image,e.meta.row_tokens.indexOf(t))??(e.tile.nModes>=e.meta.n_modes?kn(e,t):void 0);return r&&{...r,weights:wn(r.scores)}}function kn(e,t){let{meta:n,spectra:r,tile:o,image:a}=e,s=r.modes("singular_values",o.layer,o.head),i=new Float64Array(o.nTokens),d=0;for(let f=0;f<o.nModes;f++){let c=n.scale*(s[f]??0),b=o.projection("query",a,f,t),p=o.projections("key",a,f),y=0;for(let h=0;h<i.length;h++){let k=p[h];y=Math.max(y,Math.abs(k)),i[h]=i[h]+c*b*k}let A=o.bound("query",a,f),g=o.bound("key",a,f);d+=c*(Math.abs(b)*g+y*A+A*g)}let u=o.biasQuery.at(a,t)+o.constant.at(0,0),m=o.biasKey.row(a);for(let f=0;f<i.length;f++)i[f]=i[f]+m[f]+u;return{scores:i,bound:d+o.biasKey.bound(a)+o.biasQuery.bound(a)+o.constant.bound(0)}}function wn(e){let t=Number.NEGATIVE_INFINITY;for(let o of e)t=Math.max(t,o);let n=Float64Array.from(e,o=>Math.exp(o-t)),r=n.reduce((o,a)=>o+a,0);return n.map(o=>o/r)}function me(e,t){if(t===0)return 0;let n=Math.max(e,Number.MIN_VALUE),r=Math.max(1-e,Number.EPSILON),o=a=>n/(n+r*Math.exp(-a));return Math.max(o(2*t)-e,e-o(-2*t))}function ut(e,t,n){let{meta:r,tile:o,image:a}=e,s=Array.from({length:o.nModes},(p,y)=>Le(e,y,t,n)),i={value:o.biasKey.at(a,n),bound:o.biasKey.bound(a)},d={value:o.biasQuery.at(a,t)+o.constant.at(0,0),bound:o.biasQuery.bound(a)+o.constant.bound(0)},u=Pe([...s,i,d]),m=r.n_modes-o.nModes,f=o.scoreRow(a,r.row_tokens.indexOf(t)),c=f&&{value:f.scores[n]??Number.NaN,bound:f.bound};if(m<=0){let p=c&&c.bound<u.bound?c:u;return{modes:s,rest:void 0,restCount:0,biasKey:i,unseen:d,known:u,score:p}}let b=c&&{value:c.value-u.value,bound:c.bound+u.bound};return{modes:s,rest:b,restCount:m,biasKey:i,unseen:d,known:u,score:c}}var Pe=e=>({value:e.reduce((t,{value:n})=>t+n,0),bound:e.reduce((t,{bound:n})=>t+n,0)}),ke=(e,t,n)=>e==="auto"?t.autoSign(n):e;function Ne(e,t){let n=O(t,0,1)*(e.length-1),r=e[Math.floor(n)]??Number.NaN,o=e[Math.ceil(n)]??r;return r+(o-r)*(n-Math.floor(n))}var Sn={light:{neutral:.955,end:.43,chroma:.15},dark:{neutral:.3,end:.85,chroma:.15}},te={negative:312,positive:152,sequential:245},_e=128,we={"red-cyan":{query:[255,0,0],key:[0,255,255],queryName:"red",keyName:"cyan"},"orange-blue":{query:[255,138,0],key:[0,117,255],queryName:"orange",keyName:"blue"}},Be=(e,t,n)=>(255<<24|n<<16|t<<8|e)>>>0,mt=e=>[e&255,e>>8&255,e>>16&255],pt=Be(0,0,0);function Mn(e,t,n){let r=n*Math.PI/180,o=t*Math.cos(r),a=t*Math.sin(r),s=(e+.3963377774*o+.2158037573*a)**3,i=(e-.1055613458*o-.0638541728*a)**3,d=(e-.0894841775*o-1.291485548*a)**3;return Be(Ce(4.0767416621*s-3.3077115913*i+.2309699292*d),Ce(-1.2684380046*s+2.6097574011*i-.3413193965*d),Ce(-.0041960863*s-.7034186147*i+1.707614701*d))}function Ce(e){let t=e<=.0031308?12.92*e:1.055*e**.4166666666666667-.055;return Math.round(255*Math.min(1,Math.max(0,t)))}function ne(e,t){let{neutral:n,end:r,chroma:o}=Sn[e];return Array.from({length:_e+1},(a,s)=>{let i=s/_e;return Mn(n+(r-n)*i,o*i**.8,t)})}var Re={light:{negative:ne("light",te.negative),positive:ne("light",te.positive),up:ne("light",te.sequential)},dark:{negative:ne("dark",te.negative),positive:ne("dark",te.positive),up:ne("dark",te.sequential)}},qe=(e,t)=>e[Math.round(Math.min(1,Math.max(0,t))*_e)],V=(e,t)=>e<0?qe(Re[t].negative,-e):qe(Re[t].positive,e||0),re=(e,t)=>qe(Re[t].up,e||0),oe=e=>`rgb(${mt(e).join(" ")})`;function ht(e){let[t,n,r]=mt(e).map(o=>(o/255)**2.2);return .2126*t+.7152*n+.0722*r>.22?"dark":"light"}function ae(e,t,n){let{query:r,key:o}=we[n];return Be(Math.round(e*r[0]+t*o[0]),Math.round(e*r[1]+t*o[1]),Math.round(e*r[2]+t*o[2]))}var j=class{canvas;colours;#t;#e;constructor(t,n,r){this.canvas=l("canvas",{width:t,height:n,class:r,"aria-hidden":"true"}),this.#t=this.canvas.getContext("2d"),this.#e=this.#t?.createImageData(t,n),this.colours=this.#e?new Uint32Array(this.#e.data.buffer):new Uint32Array(t*n)}paint(t){let{colours:n}=this;for(let r=0;r<n.length;r++)n[r]=t(r);this.#e&&this.#t?.putImageData(this.#e,0,0)}};var se=.4,Q=class{root;#t;#e;#r;#n;#o={query:-1,key:-1,hover:-1};#a=[];#l=M("path",{class:"ticks"});#u=M("g",{class:"choices"});constructor({grid:[t,n],aspect:r,label:o,url:a}){this.#t=t,this.#e=n,this.#r=new j(n,t,"map");let s=u=>M("g",{class:`outline ${u}`,visibility:"hidden"},M("rect",{class:"halo",width:1,height:1}),M("rect",{width:1,height:1}));this.#n={key:s("key"),query:s("query"),hover:s("hover")};let i=M("svg",{class:"marks",viewBox:`0 0 ${n} ${t}`,preserveAspectRatio:"none","aria-hidden":"true"},this.#u,this.#l,this.#n.key,this.#n.hover,this.#n.query),d=a?[l("img",{src:a,alt:"",draggable:"false"})]:[];this.root=l("div",{class:"pane",role:"group",tabindex:0,"aria-label":o,...N},...d,this.#r.canvas,i),this.root.style.aspectRatio=String(r)}paint(t){this.#r.paint(t)}clear(){this.paint(()=>pt),this.tick([],[])}tick(t,n){let r=s=>[s%this.#e,Math.floor(s/this.#e)],o=t.map(r).map(([s,i])=>`M${s} ${i}h${se}l${-se} ${se}z`),a=n.map(r).map(([s,i])=>`M${s+1} ${i+1}h${-se}l${se} ${-se}z`);$(this.#l,{d:[...o,...a].join("")})}outline(t,n){if(this.#o[t]===n)return;this.#o[t]=n;let r=n<0||n>=this.#t*this.#e;$(this.#n[t],r?{visibility:"hidden"}:{visibility:"visible",transform:`translate(${n%this.#e} ${Math.floor(n/this.#e)})`})}offer(t){this.#a.join()!==t.join()&&(this.#a=t,this.#u.replaceChildren(...t.map(n=>M("circle",{cx:n%this.#e+.5,cy:Math.floor(n/this.#e)+.5,r:.14}))))}listen(t,n){this.root.addEventListener("pointermove",r=>t.hover(this.#i(r)),{signal:n}),this.root.addEventListener("pointerleave",()=>t.leave(),{signal:n}),this.root.addEventListener("blur",()=>t.leave(),{signal:n}),this.root.addEventListener("click",r=>t.choose(this.#i(r)),{signal:n}),this.root.addEventListener("keydown",r=>this.#s(r,t),{signal:n})}#i({clientX:t,clientY:n}){let{left:r,top:o,width:a,height:s}=this.root.getBoundingClientRect(),i=O(Math.floor((t-r)/a*this.#e),0,this.#e-1);return O(Math.floor((n-o)/s*this.#t),0,this.#t-1)*this.#e+i}#s(t,n){let r=O(n.cursor(),0,this.#t*this.#e-1),o=r%this.#e,s={ArrowLeft:o>0?r-1:r,ArrowRight:o<this.#e-1?r+1:r,ArrowUp:r>=this.#e?r-this.#e:r,ArrowDown:r<(this.#t-1)*this.#e?r+this.#e:r}[t.key];if(s!==void 0)n.hover(s);else if(t.key==="Enter"||t.key===" ")n.choose(r);else return;t.preventDefault()}};function Se({store:e,data:t},n,r,o){let a=F(t.meta),s=()=>e.state.hover?.image===n?e.state.hover.patch:-1;return{hover(i){s()!==i&&e.set({hover:{image:n,patch:i}})},leave:()=>e.set({hover:null}),choose:i=>r(a+i),cursor:()=>s()>=0?s():o()-a}}function ft(e){let{store:t,data:n}=e,{meta:r}=n,o=F(r),a=r.images.map((f,c)=>En(e,c)),s=l("p",{class:"subtitle"}),i=l("div",{class:"stage"}),d=$n(e),u=l("p",{class:"caption"});function m(f,c){let b=c?.weights.subarray(o,o+xe(r))??new Float64Array(0),p=Math.max(0,...b);return p>0?f.paint(y=>ae(0,(b[y]??0)/p,t.state.view.palette)):f.clear(),p}return{root:l("div",{class:"column"},s,i,d.root,u),paint({tile:f,image:c},b,p){let{token:y,hover:A}=t.state,g=a[c];if(!g)return;i.firstElementChild!==g.root&&i.replaceChildren(g.root);let h=m(g,b);g.outline("query",y-o),g.outline("key",p-o),g.outline("hover",A?.image===c?A.patch:-1);let k=f.nModes<r.n_modes&&!b?r.row_tokens:[];g.offer(k.map(T=>T-o).filter(T=>T>=0)),d.paint(b,y,p),S(s,y<0?"choose a query token":`from query ${Y(r,y)} to every key`),S(u,b?An(b,h):Tn(y))}}}function An({weights:e,bound:t},n){let r=t>0?`; scores rounded to ±${rt(t)}`:"",o=B(n,me(n,t));return`Softmax over all ${e.length} tokens; brightest patch ${o}${r}.`}function Tn(e){return e<0?"Click a patch on a picture, or a token here.":"The attention of this patch needs all modes, and this page holds some of them. It carries whole rows for the dotted patches and the tokens here."}function En(e,t){let{store:n,data:r,signal:o}=e,{name:a,width:s,height:i}=r.meta.images[t]??{name:"",width:1,height:1},d=new Q({grid:r.meta.layout.grid,aspect:s/i,url:r.pictures[t],label:`${a}: attention of the query token`}),u=f=>n.set({keyToken:f}),m=()=>n.state.keyToken>=0?n.state.keyToken:n.state.token;return d.listen(Se(e,t,u,m),o),d}function $n({store:e,data:{meta:t},signal:n}){let r=t.tokens.map((o,a)=>{let s=l("span",{class:"number"}),i=l("button",{type:"button","data-token":a,...N},`${o} `,s);return i.title=`use ${o} as the query`,i.addEventListener("click",()=>e.set({token:a,keyToken:-1}),{signal:n}),{button:i,weight:s}});return{root:l("div",{class:"prefix"},...r.map(({button:o})=>o)),paint(o,a,s){for(let[i,{button:d,weight:u}]of r.entries()){let m=o?.weights[i]??0;S(u,o?B(m,me(m,o.bound)):""),$(d,{"aria-pressed":String(i===a),"data-key":i===s})}}}}var He=e=>Number(e.target.closest("[data-mode]")?.dataset.mode??-1);function ie(e,t,n){let r=o=>{let a=He(o);a>=0&&t.set({mode:a})};e.addEventListener("click",r,{signal:n})}var Ln=7;function bt(e){let t=Array.from({length:e},()=>l("span",{class:"segment"})),[n,r]=[l("i",{class:"zero"}),l("i",{class:"sum"})];return{root:l("div",{class:"stack","aria-hidden":"true"},...t,n,r),paint(a,s,i){let d=c=>a.reduce((b,{value:p})=>b+(p*c>0?Math.abs(p):0),0),u=d(-1),m=100/(u+d(1)||1),f={low:u*m,high:u*m};for(let[c,b]of t.entries()){let p=a[c],y=Math.abs(p?.value||0)*m;p&&p.value<0&&(f.low-=y),Pn(b,p,p&&p.value<0?f.low:f.high,y,s),p&&p.value>0&&(f.high+=y)}n.style.left=`${u*m}%`,r.hidden=i===void 0,r.style.left=`${(u+(i??0))*m}%`}}}function Pn(e,t,n,r,o){if(e.hidden=r===0,!t||r===0)return;let a=t.mode===o;$(e,{class:`segment ${t.kind}`,"data-mode":t.mode,"data-selected":a}),S(e,t.mode!==void 0&&r>Ln?t.name:""),e.style.left=`${n}%`,e.style.width=`${r}%`}function yt(){let e=l("i"),t=l("span"),n=l("button",{type:"button",class:"link",...N}),r=l("td",{class:"number"}),o=l("tr",{},l("th",{scope:"row"},e,t,n),r);return{root:o,paint(a,s){if(o.hidden=!a,!a)return;let i=a.mode!==void 0;$(e,{class:`swatch ${a.kind}`,"data-selected":i&&a.mode===s}),$(n,{"data-mode":a.mode,hidden:!i}),S(i?n:t,a.name),t.hidden=i,S(r,B(a.value,a.bound)),$(r,{"data-value":Number.isNaN(a.value)?void 0:a.value})}}}var Oe=6,gt=Oe+4;function vt({store:e,data:{meta:t},signal:n}){let r=l("p",{class:"subtitle"}),o=bt(gt),a=Array.from({length:gt},()=>yt()),s=l("table",{class:"parts"},l("tbody",{},...a.map(m=>m.root))),i=l("p",{class:"total"}),d=l("p",{class:"caption"}),u=l("div",{class:"column"},r,o.root,s,i,d);return ie(u,e,n),{root:u,paint(m,f,c){let{token:b,mode:p}=e.state;if(u.toggleAttribute("hidden",b<0),b<0)return;let y=ut(m,b,c),A=Cn(y,p);S(r,`score of query ${Y(t,b)} with key ${Y(t,c)}`),o.paint(A,p,y.score?.value);for(let[g,h]of a.entries())h.paint(A[g],p);S(i,_n(y,f,c)),S(d,Rn(y))}}}var Nn={value:Number.NaN,bound:Number.NaN};function Cn(e,t){let n=e.modes.map((s,i)=>i).sort((s,i)=>xt(e,i)-xt(e,s)),r=n.slice(0,Oe);t<e.modes.length&&!r.includes(t)&&(r[Oe-1]=t);let o=n.filter(s=>!r.includes(s)),a=r.map(s=>({...e.modes[s],name:`M${s}`,kind:"mode",mode:s}));if(o.length&&a.push({...Pe(o.map(s=>e.modes[s])),name:`${o.length} other modes`,kind:"others"}),e.restCount>0){let s=`${e.restCount} modes not in this page`;a.push({...e.rest??Nn,name:s,kind:"rest"})}return a.push({...e.biasKey,name:"key-only term (bias)",kind:"bias"}),a.push({...e.unseen,name:"query-only term, constant",kind:"unseen"}),a}var xt=(e,t)=>Math.abs(e.modes[t]?.value??0);function _n({score:e},t,n){if(!e)return"score: not known from this page";let r=t?.weights[n]??Number.NaN,o=t?`, attention weight ${B(r,me(r,t.bound))}`:"";return`sum = score ${B(e.value,e.bound)}${o}`}function Rn({score:e,known:t,restCount:n}){if(!e)return"The bar shows the parts that this page holds; the rest is not known, and neither is the sum.";let r="The last term is equal for all keys, so softmax does not see it.";if(e.bound===0)return`${r} All numbers are exact to float32.`;let o=`${r} ± bounds the rounding of embedded numbers.`;return n>0||e===t?o:`${o} The score was rounded once, its terms one by one; they add up to ${B(t.value,t.bound)}.`}var Fe=["layer","head","mode","image","token","sign","view"];function z(e,t,n,...r){let o=l("header",{},l("h3",{},t),...n);return l("section",{class:`panel ${e}`,"data-testid":`qk-${e}`,"aria-label":t},o,...r)}function K(e,t){e.set({view:{...e.state.view,...t}})}function J({tile:e,layer:t,head:n}){return e&&e.layer===t&&e.head===n?e:null}var qn=8,Bn={share:"Share of the visible score (patches to patches). Shares add up to 1 and can be negative: such a mode opposes the total.",peak:"Largest σ · query · key over the patches, the reading closest to optimal images. Does not add up.",energy:"Squared size of the mode’s part over that of the visible score. Does not add up to 1: modes overlap."};function kt({store:e,data:{meta:t,spectra:n},signal:r}){let o=l("p",{class:"subtitle"}),a=W("by",["share","peak","energy"].map(c=>[c,c]),c=>K(e,{rank:c}),r),s=Array.from({length:Math.min(qn,t.n_modes)},()=>Hn()),i=l("p",{class:"total"}),d=l("p",{class:"caption"}),u=l("div",{class:"ranks"},...s.map(({root:c})=>c)),m=l("div",{class:"column"},l("div",{class:"line"},o,a.root),u,i,d);return ie(u,e,r),{root:m,paint(c){let{layer:b,head:p,image:y,mode:A,view:g}=e.state,h=n.ranking(g.rank,y,b,p),k=w=>Number.isFinite(h[w])?h[w]:Number.NEGATIVE_INFINITY,T=Array.from(h.keys()).sort((w,P)=>k(P)-k(w)),E=T.slice(0,s.length).map(w=>ge(h[w],0)),x=Math.max(...E.map(Math.abs))||1;a.input.value=g.rank,S(o,`modes of ${t.images[y]?.name??"this image"}`);for(let[w,P]of s.entries()){let v=T[w]??0;P.paint({mode:v,value:h[v]??Number.NaN,extent:x,rank:g.rank,selected:v===A,held:v<c})}S(i,f(g.rank,E)),S(d,Bn[g.rank])}};function f(c,b){if(c!=="share")return`${t.n_modes-b.length} more modes, each smaller`;let{layer:p,head:y,image:A}=e.state,g=n.shareOfBias(A,p,y),h=1-g-b.reduce((k,T)=>k+T,0);return`bias ${Z(g)} · not shown ${Z(h)} (${t.n_modes-b.length} modes)`}}function Hn(){let e=l("span",{class:"name"}),t=l("i"),n=l("span",{class:"number"}),r=l("button",{type:"button",class:"rank",...N},e,l("span",{class:"track"},t),n);return{root:r,paint({mode:o,value:a,extent:s,rank:i,selected:d,held:u}){S(e,`M${o}`),S(n,i==="peak"?C(a):Z(a)),t.style.width=`${100*Math.max(0,a)/s||0}%`,$(r,{"data-mode":o,"aria-pressed":String(d),"data-hollow":!u}),r.title=u?"":"its maps are not in this page"}}}function wt(e){let{store:t,data:n}=e,r=ft(e),o=vt(e),a=kt(e),s=l("div",{class:"columns"},r.root,o.root,a.root);return{root:z("attention","What makes the attention",[],s),keys:["tile","layer","head","mode","image","token","view","theme","hover","keyToken"],paint(){let{state:i}=t,d=J(i);if(!d)return;let u={meta:n.meta,spectra:n.spectra,tile:d,image:i.image},m=i.token<0?void 0:ct(u,i.token),f=On(i,m,F(n.meta));r.paint(u,m,f),o.paint(u,m,f),a.paint(d.nModes)}}}function On({hover:e,image:t,keyToken:n,token:r},o,a){return e?.image===t?a+e.patch:n>=0?n:o?o.weights.indexOf(Math.max(...o.weights)):r}function St({store:e,data:t,signal:n}){let{meta:r}=t,o={layer:r.n_layers,head:r.n_heads,mode:r.n_modes},a=Object.keys(o).filter(c=>o[c]>1).map(c=>Fn(c,o[c]-1,b=>e.set({[c]:b}),n)),s=l("output",{class:"selection","data-testid":"qk-selection","aria-live":"polite"}),i=W("image",r.images.map(({name:c},b)=>[String(b),c]),c=>e.set({image:Number(c)}),n),d=r.images.length>1?[i.root]:[],u=l("h2",{},r.title),m=l("div",{class:"sliders"},...a.map(c=>c.root),...d);return{root:l("header",{class:"controls"},u,s,m),keys:["layer","head","mode","image"],paint(){let{layer:c,head:b,mode:p,image:y}=e.state;for(let{name:A,paint:g}of a)g(e.state[A]);S(s,`L${c} H${b} M${p}`),i.input.value=String(y)}}}function Fn(e,t,n,r){let o=l("input",{type:"range",min:0,max:t,step:1,value:0,"aria-label":e,"data-testid":`qk-slider-${e}`,...N}),a=l("output",{class:"number"});return o.addEventListener("input",()=>n(Number(o.value)),{signal:r}),{name:e,root:l("label",{class:"slider"},l("span",{},e),o,a),paint(s){o.value!==String(s)&&(o.value=String(s)),S(a,String(s))}}}function Mt({meta:e},t){let n=(r,o)=>Math.min(Math.max(0,Math.trunc(r)||0),Math.max(0,o-1));return{layer:n(t.layer,e.n_layers),head:n(t.head,e.n_heads),mode:n(t.mode,e.n_modes),image:n(t.image,e.images.length)}}var At=41;function Tt({values:e,diverging:t},n){let r=Array.from(e).filter(Number.isFinite),o=Un(r.reduce((i,d)=>Math.max(i,Math.abs(d)),0)),a=i=>o<=1?U(i).replace(/^(\u2212?)0\./,"$1."):C(i,2);if(t)return{low:-o,high:o,colour:i=>V(i/o,n),short:a};let s=Math.min(0,...r);return{low:s,high:o,colour:i=>re((i-s)/(o-s),n),short:a}}function Et({low:e,high:t,colour:n}){let r=new j(At,1,"bar");r.paint(a=>n(e+(t-e)*a/(At-1)));let o=e<0&&t>0?[l("span",{class:"mid"},"0")]:[];return[l("span",{},C(e,2)),l("span",{class:"bar"},r.canvas,...o),l("span",{},C(t,2))]}function Un(e){if(!(e>0))return 1;let t=10**Math.floor(Math.log10(e));return([1,2,5,10].find(n=>n*t>=e*(1-1e-9))??10)*t}var Vn={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,-1],ArrowDown:[0,1]};function $t({store:e,data:t,signal:n}){let{n_layers:r,n_heads:o,head_numbers:a}=t.meta,s=Array.from({length:r*o},(x,w)=>zn(Math.floor(w/o),w%o)),i=(x,w)=>s[x*o+w],d=Dn(r,o,i),u=l("div",{class:"legend"}),m=l("output",{class:"readout","aria-live":"off"}),f=W("colour",a.map(({key:x,label:w})=>[x,w]),x=>K(e,{number:x}),n),c=z("grid","Heads",[f.root],d,l("div",{class:"foot"},u,m)),b=x=>x.target.closest("[data-head]"),p=x=>({layer:Number(x.dataset.layer),head:Number(x.dataset.head)}),y=x=>{x&&e.set(p(x))},A=x=>{let{layer:w,head:P}=x?p(x):e.state,{label:v,values:L}=h();S(m,`L${w} H${P}  ${v} ${H(L[w*o+P],C)}`)};d.addEventListener("click",x=>y(b(x)),{signal:n}),d.addEventListener("pointerover",x=>A(b(x)),{signal:n}),d.addEventListener("pointerleave",()=>A(null),{signal:n}),d.addEventListener("keydown",g,{signal:n});function g(x){let w=Vn[x.key];if(!w)return;x.preventDefault();let{layer:P,head:v}=e.state;y(i(O(P+w[0],0,r-1),O(v+w[1],0,o-1))),e.flush(),i(e.state.layer,e.state.head).focus()}function h(){let x=Math.max(0,a.findIndex(({key:P})=>P===e.state.view.number));return{...a[x]??{key:"",label:"",diverging:!0,about:""},values:t.spectra.headNumber(x)}}let k="",T;function E(){let{theme:x}=e.state,w=h();if(k===`${w.key} ${x}`)return;k=`${w.key} ${x}`,f.input.value=w.key,f.root.title=w.about;let P=Tt(w,x);for(let[v,L]of s.entries()){let q=w.values[v]??Number.NaN,G=P.colour(q);L.style.backgroundColor=oe(G),L.dataset.ink=ht(G);let ye=`layer ${Math.floor(v/o)}, head ${v%o}`;L.setAttribute("aria-label",`${ye}: ${w.label} ${H(q,C)}`),L.toggleAttribute("data-undefined",!Number.isFinite(q)),S(L,P.short(q))}u.replaceChildren(...Et(P))}return{root:c,keys:["layer","head","view","theme"],paint(){E();let{layer:x,head:w}=e.state;T&&$(T,{tabindex:-1,"aria-selected":"false"}),T=i(x,w),$(T,{tabindex:0,"aria-selected":"true"}),A(null)}}}function zn(e,t){return l("div",{role:"gridcell",class:"cell",tabindex:-1,"aria-selected":"false","data-layer":e,"data-head":t,...N})}function Dn(e,t,n){let r=Array.from({length:e},(i,d)=>d),o=Array.from({length:t},(i,d)=>l("div",{role:"row",class:"row"},l("span",{role:"rowheader",class:"tick"},`H${d}`),...r.map(u=>n(u,d)))),a=l("div",{role:"row",class:"row axis"},l("span",{role:"columnheader",class:"tick"},""),...r.map(i=>l("span",{role:"columnheader",class:"tick","aria-label":`layer ${i}`},`${i}`))),s=l("div",{role:"grid",class:"cells","aria-label":"heads by layer"},...o,a);return s.style.setProperty("--layers",String(e)),s.dataset.dense=String(t>8||e>16),s}var Lt=(e,t,n)=>Nt(e,n>0?t/n:0,-1),Pt=(e,t,n)=>Nt(e,n>0?t/n:0,0);function Nt(e,t,n){let r=[],o=new Float32Array(e.length);for(let a=0;a<e.length;a++){let s=t*e[a];(s>1||n<0&&s<n)&&r.push(a),o[a]=Math.min(1,Math.max(n,s))}return{strength:o,clipped:r}}function Ct(e,t){let n=e.map(d=>t*d),r=n.slice().sort(),o=Ne(r,.3),a=Ne(r,.95);if(!(a>o))return{strength:new Float32Array(e.length),clipped:[]};let s=[];return{strength:n.map((d,u)=>(d>a&&s.push(u),Math.max(0,Math.min(1,(d-o)/(a-o))))),clipped:s}}var _t=(e,t)=>Math.abs(e)<t?0:e;function Rt(e,t){let{store:n,data:r,signal:o}=e,{meta:a}=r,s=F(a),{name:i,width:d,height:u}=a.images[t]??{name:"",width:1,height:1},m={grid:a.layout.grid,aspect:d/u},f=new Q({...m,url:r.pictures[t],label:`${i}: query and key map`}),c=new Q({...m,label:`${i}: query map`}),b=new Q({...m,label:`${i}: key map`}),p={picture:f,query:c,key:b},y=h=>n.set({image:t,token:h,keyToken:-1});for(let[h,k]of Object.entries(p))k.root.dataset.side=h,k.listen(Se(e,t,y,()=>n.state.token),o);let A=l("figure",{class:"picture","data-image":t},l("div",{class:"panes"},f.root,c.root,b.root),l("figcaption",{},i));function g(h,k,T){let{mode:E,view:x}=n.state,w=h.projections(k,t,E).subarray(s,s+xe(a)),P=T==="-"?-1:1;return x.scale==="percentile"?Ct(w,P):(x.layout==="side"?Lt:Pt)(w,P,h.range(k,E))}return{root:A,clear:()=>Object.values(p).forEach(h=>{h.clear()}),paint(h,k){let{view:T,theme:E}=n.state,x={query:g(h,"query",k),key:g(h,"key",k)},w=(v,L)=>_t(x[v].strength[L]??0,T.threshold);if(T.layout==="overlay"){f.paint(v=>ae(w("query",v),w("key",v),T.palette)),f.tick(x.query.clipped,x.key.clipped);return}let P=v=>T.scale==="percentile"?re(v,E):V(v,E);c.paint(v=>P(w("query",v))),c.tick(x.query.clipped,[]),b.paint(v=>P(w("key",v))),b.tick([],x.key.clipped),f.clear()},mark(){let{image:h,token:k,hover:T}=n.state;A.toggleAttribute("data-current",t===h);for(let E of Object.values(p))E.outline("query",t===h?k-s:-1),E.outline("hover",T?.image===t?T.patch:-1)}}}var le=12,qt=24;function Ht(){let e=new j(le,le,"square"),t={query:Bt(),key:Bt()},n=l("div",{class:"mixture"},e.canvas,l("span",{class:"x"},"query →"),l("span",{class:"y"},"key →")),[r,o]=[l("p"),l("p")],a=l("div",{class:"maplegend"},n,t.query.root,t.key.root,l("div",{class:"words"},r,o)),s="";return{root:a,paint(i){let{view:d,theme:u,tile:m,mode:f}=i,{layout:c,palette:b,scale:p}=d;s!==`${c} ${b} ${p} ${u}`&&(s=`${c} ${b} ${p} ${u}`,a.dataset.layout=c,S(o,jn(d)),Kn(e,b),t.query.colour(p,u),t.key.colour(p,u));for(let y of["query","key"])t[y].label(y,p,m?.range(y,f)??0);S(r,m?In(i,m):"")}}}function In({meta:e,view:t,sign:n,auto:r,mode:o},a){let s=`, the one with the larger score over ${Ee(e,"these images")}`,i=`Sign ${n==="-"?"−":"+"}${r?s:""}.`,d=we[t.palette],u=t.layout==="side"?"query and key":`${d.queryName} query, ${d.keyName} key`;if(t.scale==="percentile")return`${i} Scale as in the paper: ${u} from the 30th to the 95th percentile of each map by itself. Zero and sign are hidden; maps cannot be compared.`;let m=`query a = ${C(a.range("query",o))}, key a = ${C(a.range("key",o))}`,f=t.layout==="side"?"from −a to a":"from 0 to a (positive part)";return`${i} Scale: ${u} ${f}; ${m}: 99th percentile of |projection| over ${Ee(e,"all images shown")}.`}function jn({layout:e,palette:t}){let n="Corner ticks: patches beyond the range, drawn at its end.";if(e==="side")return`Information flows from the key map’s regions to the query map’s. ${n}`;let{queryName:r,keyName:o}=we[t];return`Information flows ${o} → ${r}. The two colours are projections, not attention: white is strong in both and does not mean that a patch attends to itself. ${n}`}function Kn(e,t){e.paint(n=>{let r=n%le/(le-1),o=1-Math.floor(n/le)/(le-1);return ae(r,o,t)})}function Bt(){let e=new j(qt,1,"bar"),[t,n,r]=[l("b"),l("span"),l("span")];return{root:l("div",{class:"scalebar legend"},t,n,e.canvas,r),colour(a,s){let i=d=>d/(qt-1);a==="percentile"?e.paint(d=>re(i(d),s)):e.paint(d=>V(2*i(d)-1,s))},label(a,s,i){S(t,a),S(n,s==="percentile"?"p30":C(-i)),S(r,s==="percentile"?"p95":C(i))}}}function Ft(e,t){let n=Ot("layout",[["overlay","overlay"],["side","side by side"]],m=>K(e,{layout:m}),t),r=Ot("sign",[["auto","auto"],["+","+"],["-","−"]],m=>e.set({sign:m}),t),o=W("palette",[["red-cyan","red / cyan"],["orange-blue","orange / blue"]],m=>K(e,{palette:m}),t),a=l("button",{type:"button",class:"toggle",...N},"as in the paper");a.title="Each map clipped to its own 30th and 95th percentile, as in the paper’s released figures",a.addEventListener("click",()=>K(e,{scale:e.state.view.scale==="percentile"?"signed":"percentile"}),{signal:t});let s=l("input",{type:"range",min:0,max:1,step:.01,"aria-label":"threshold",...N});s.addEventListener("input",()=>K(e,{threshold:Number(s.value)}),{signal:t});let i=l("output",{}),d=l("label",{class:"field"},l("span",{},"threshold"),s,i),u={};return{root:l("div",{class:"options"},n.root,r.root,o.root,a,d),paint({view:m,sign:f}){u.view===m&&u.sign===f||(u={view:m,sign:f},n.paint(m.layout),r.paint(f),o.input.value=m.palette,$(a,{"aria-pressed":String(m.scale==="percentile")}),s.value!==String(m.threshold)&&(s.value=String(m.threshold)),S(i,Z(m.threshold)))}}}function Ot(e,t,n,r){let o=t.map(([s,i])=>{let d=l("button",{type:"button",value:s,...N},i);return d.addEventListener("click",()=>n(s),{signal:r}),d}),a=l("span",{class:"segments",role:"group","aria-label":e},...o);return{root:l("div",{class:"field"},l("span",{},e),a),paint(s){for(let i of o)$(i,{"aria-pressed":String(i.value===s)})}}}function Ut({store:e,data:t},n){let{hover:r,mode:o,image:a,token:s,layer:i,head:d}=e.state,{meta:u,spectra:m}=t;if(o>=n.nModes)return"";if(!r)return"Hover a patch for its numbers; click one to make it the query.";let f=F(u)+r.patch,c=ke(e.state.sign,n,o)==="-"?-1:1,b=g=>B(c*n.projection(g,r.image,o,f),n.bound(g,r.image,o)),p=`${Y(u,f)}  query ${b("query")}  key ${b("key")}`;if(s<0||r.image!==a)return p;let{value:y,bound:A}=Le({meta:u,spectra:m,tile:n,image:a},o,s,f);return`${p}  · L${i} H${d} M${o} adds ${B(y,A)} to the score of query ${Y(u,s)} with this key`}function Gn(e){let t=n=>(n-e%n)%n;return e<=4||t(4)<=t(3)?Math.min(e,4):3}function Vt(e){let{store:t,data:n,signal:r}=e,o=n.meta.images.map((p,y)=>Rt(e,y)),a=l("div",{class:"gallery"},...o.map(({root:p})=>p));a.style.setProperty("--columns",String(Gn(o.length)));let s=Ft(t,r),i=Ht(),d=l("output",{class:"readout","aria-live":"polite"}),u=l("p",{class:"missing",hidden:!0}),f=z("overlay","Mode on the images",[],s.root,a,u,d,i.root);function c(p){let{mode:y,sign:A,view:g,theme:h}=t.state,k=y<p.nModes;$(u,{hidden:k}),S(u,`The maps of M${y} are not in this page: it holds M0 to M${p.nModes-1} of each head.`);let T=ke(A,p,y);for(let E of o)k?E.paint(p,T):E.clear();i.paint({meta:n.meta,view:g,sign:T,auto:A==="auto",theme:h,tile:k?p:null,mode:y})}let b=[];return{root:f,keys:["tile","layer","head","mode","image","token","sign","view","theme","hover"],paint(){let p=t.state,y=J(p);a.dataset.layout=p.view.layout,s.paint(p);let A=[y,p.mode,p.sign,p.view,p.theme];y&&A.some((g,h)=>g!==b[h])&&(b=A,c(y));for(let g of o)g.mark();y&&S(d,Ut(e,y))}}}var D={top:4,bottom:92},Ue={top:108,bottom:160},pe=178,Wn=6;function Dt(e,t){let n=c=>`${100*c/e}%`,r=ce([-1,1],[Ue.bottom,Ue.top]),o=Array.from({length:e},(c,b)=>b),a=o.map(c=>M("rect",{class:"bar",x:n(c+.12),width:n(.76),height:1})),s=M("path",{class:"stem"}),i=M("path",{class:"dots"}),d=M("svg",{viewBox:`0 0 ${e} ${pe}`,width:"100%",height:pe,preserveAspectRatio:"none"},s,i),u=M("rect",{class:"cursor",y:0,height:Ue.bottom+4,width:n(1)}),m=M("g");return{root:M("svg",{class:"chart",height:pe,role:"slider",tabindex:0,"aria-label":"mode","aria-valuemin":0,"aria-valuemax":e-1,...N},Qn(),u,M("rect",{class:"band",x:0,width:"100%",y:r(t),height:r(-t)-r(t)}),M("line",{class:"rule",x1:0,x2:"100%",y1:D.bottom,y2:D.bottom}),M("line",{class:"zero",x1:0,x2:"100%",y1:r(0),y2:r(0)}),...a,d,m,...Yn(e,n),...o.map(c=>M("rect",{class:"hit",x:n(c),width:n(1),height:pe,"data-mode":c}))),draw(c,b,p,y){let A=ce([0,c[0]??1],[D.bottom,D.top]),g=[];for(let h of o){let k=a[h],T=A(ge(c[h],0)),E=b[h]??Number.NaN;k.setAttribute("transform",`translate(0 ${T}) scale(1 ${D.bottom-T})`),k.setAttribute("fill",h>=p?"none":oe(V(E,y))),Number.isNaN(E)||g.push(`M${h+.5} ${r(E)}`)}s.setAttribute("d",g.map(h=>`${h}V${r(0)}`).join("")),i.setAttribute("d",g.map(h=>`${h}h0`).join(""))},bracket(c,b){m.replaceChildren(...zt(e,p=>b[p]===1?-1:c[p]??-1,2).flatMap(([p,y])=>Jn(p,y,n)),...zt(e,p=>b[p]===1?0:-1,1).map(([p,y])=>M("rect",{class:"null",x:n(p),width:n(y-p+1),y:D.top,height:D.bottom-D.top,fill:"url(#qk-hatch)"})))},mark:c=>$(u,{x:n(c)})}}function Yn(e,t){let n=Math.max(1,2*Math.round(e/Wn/2));return Array.from({length:Math.ceil(e/n)},(r,o)=>M("text",{class:"tick",x:t(o*n+.5),y:pe-4,"text-anchor":"middle"},`M${o*n}`))}function Qn(){let e=M("line",{class:"hatch",x1:0,x2:0,y1:0,y2:5});return M("defs",{},M("pattern",{id:"qk-hatch",width:5,height:5,patternUnits:"userSpaceOnUse",patternTransform:"rotate(45)"},e))}function Jn(e,t,n){let[r,o]=[n(e+.5),n(t+.5)],[a,s]=[D.bottom+3,D.bottom+7];return[M("line",{class:"bracket",x1:r,x2:r,y1:a,y2:s}),M("line",{class:"bracket",x1:o,x2:o,y1:a,y2:s}),M("line",{class:"bracket",x1:r,x2:o,y1:s,y2:s})]}function zt(e,t,n){let r=[];for(let o=0;o<e;){let a=o;for(;a+1<e&&t(a+1)===t(o);)a++;t(o)>=0&&a-o+1>=n&&r.push([o,a]),o=a+1}return r}var Xn={ArrowLeft:e=>e-1,ArrowDown:e=>e-1,ArrowRight:e=>e+1,ArrowUp:e=>e+1,Home:()=>0,End:(e,t)=>t},Zn=({circuit:e})=>e==="ov"?"value-output: left reads, right writes; the two live in different spaces (after and before a norm); ":"";function It({store:e,data:t,signal:n}){let{meta:r,spectra:o}=t,a=r.n_modes,s=Dt(a,r.mode_band),i=l("span",{class:"tick"}),d=l("div",{class:"ylabels","aria-hidden":"true"},i,l("span",{class:"tick name"},"σ"),l("span",{class:"tick one"},"1"),l("span",{class:"tick name cos"},"cos"),l("span",{class:"tick minus"},"−1")),u=l("output",{class:"readout"}),m=`${Zn(r)}grey band: chance for one mode, ±${U(r.mode_band)} (95 %)`,f=l("span",{}),c=l("p",{class:"caption"},m,f),b=z("spectrum","Modes of this head",[],l("div",{class:"plot"},d,s.root),u,c);ie(s.root,e,n),s.root.addEventListener("pointerover",g=>e.set({hoverMode:He(g)}),{signal:n}),s.root.addEventListener("pointerleave",()=>e.set({hoverMode:-1}),{signal:n}),s.root.addEventListener("keydown",p,{signal:n});function p(g){let h=Xn[g.key];h&&(g.preventDefault(),e.set({mode:O(h(e.state.mode,a-1),0,a-1)}))}function y(g){let{layer:h,head:k}=e.state,T=H(o.modes("singular_values",h,k)[g],C),E=H(o.modes("cosine",h,k)[g],U),x=o.caveat(h,k,g);return`M${g}  σ ${T}  cosine ${E}${x&&`  · ${x}`}`}let A="";return{root:b,keys:["layer","head","mode","hoverMode","tile","theme"],paint(){let{layer:g,head:h,mode:k,hoverMode:T,theme:E}=e.state,x=Math.max(r.embedded_modes,J(e.state)?.nModes??0);if(A!==`${g} ${h} ${x} ${E}`){A=`${g} ${h} ${x} ${E}`;let w=o.modes("singular_values",g,h);s.draw(w,o.modes("cosine",g,h),x,E),s.bracket(o.modes("degenerate",g,h),o.modes("null",g,h)),S(i,C(w[0]??Number.NaN)),S(f,x<a?`; hollow: maps not in this page (it holds M0 to M${x-1})`:"")}s.mark(k),S(u,y(T>=0?T:k)),$(s.root,{"aria-valuenow":k,"aria-valuetext":y(k)})}}}var fe=150,he={top:8,bottom:126};function jt({store:e,data:t,signal:n}){let{n_layers:r,n_heads:o}=t.meta,a=t.spectra.heads("head_cosine"),s=t.spectra.layers("layer_cosine"),i=t.spectra.layers("layer_band"),[d,u]=tr([...a,...s,...i,...i.map(v=>-v)]),m=ce([d,u],[he.bottom,he.top]),f=v=>`${100*(v+.5)/r}%`,c=Array.from({length:r},(v,L)=>L),b=Me(a).map(([v,L])=>M("circle",{class:"dot",cx:f(Math.floor(v/o)),cy:m(L),r:2.6,"data-layer":Math.floor(v/o),"data-head":v%o})),p=Me(s),y=Kt(p).map(([[v,L],[q,G]])=>M("line",{class:"mean",x1:f(v),y1:m(L),x2:f(q),y2:m(G)})),A=M("rect",{class:"cursor",y:0,height:he.bottom,width:`${100/r}%`}),g=M("circle",{class:"ring",r:5}),h=c.map(v=>M("rect",{class:"hit",x:`${100*v/r}%`,width:`${100/r}%`,y:0,height:fe,"data-layer":v})),k=[0,.5,1].map(v=>M("text",{class:"tick",x:f(v*(r-1)),y:fe-8,"text-anchor":"middle"},String(v))),T=M("svg",{class:"chart",height:fe,role:"img"},A,rr(r,i,m),M("line",{class:"zero",x1:0,x2:"100%",y1:m(0),y2:m(0)}),M("line",{class:"rule",x1:0,x2:"100%",y1:he.bottom,y2:he.bottom}),...y,g,...h,...b,...p.map(([v,L])=>M("circle",{class:"mean-dot",cx:f(v),cy:m(L),r:2.2})),...k),E=l("div",{class:"ylabels","aria-hidden":"true"});for(let v of nr([d,u])){let L=l("span",{class:"tick at"},U(v));L.style.top=`${m(v)}px`,E.append(L)}let x=l("output",{class:"readout"}),w=z("trend","Weighted mean cosine",[],l("div",{class:"plot"},E,T),l("p",{class:"xlabel"},"normalised layer l / (L − 1)"),x,l("p",{class:"caption"},"line: mean of the heads; dots: single heads; band: chance for the mean (95 %)"),er(s,i));T.addEventListener("click",v=>{let{layer:L,head:q}=v.target.dataset;L!==void 0&&e.set({layer:Number(L),...q!==void 0&&{head:Number(q)}})},{signal:n});let P="";return{root:w,keys:["layer","head","theme"],paint(){let{layer:v,head:L,theme:q}=e.state;if(P!==q){P=q;for(let[Zt,[,en]]of Me(a).entries())b[Zt]?.setAttribute("fill",oe(V(en,q)))}let G=a[v*o+L]??Number.NaN;$(A,{x:`${100*v/r}%`});let ye=Number.isFinite(G);$(g,{cx:f(v),cy:ye&&m(G),visibility:ye?void 0:"hidden"});let Ve=`L${v}  mean ${H(s[v],U)}  chance ${Gt(i[v])}  H${L} ${H(G,U)}`;S(x,Ve),$(T,{"aria-label":`Weighted mean cosine over layers. ${Ve}`})}}}var Me=e=>Array.from(e,(t,n)=>[n,t]).filter(([,t])=>Number.isFinite(t)),Kt=e=>e.slice(1).flatMap((t,n)=>{let r=e[n];return r&&r[0]+1===t[0]?[[r,t]]:[]}),Gt=e=>H(e,t=>`±${C(t,2)}`);function er(e,t){let n=(...o)=>l("tr",{},...o.map(a=>l("td",{},a))),r=Array.from(e,(o,a)=>n(`L${a}`,H(o,U),Gt(t[a])));return l("table",{class:"unseen-table"},l("tbody",{},n("layer","mean","chance"),...r))}function tr(e){let t=e.filter(Number.isFinite),n=Math.min(0,...t),r=Math.max(.1,...t),o=.05*(r-n);return[n-o,r+o]}function nr([e,t]){let n=[.05,.1,.25].find(o=>(t-e)/o<=6)??.5,r=Math.floor(t/n)-Math.ceil(e/n)+1;return Array.from({length:r},(o,a)=>(Math.ceil(e/n)+a)*n)}function rr(e,t,n){let r=(a,s)=>`${a+.5} ${n(s)}`,o=Kt(Me(t)).map(([[a,s],[i,d]])=>`M${r(a,s)}L${r(i,d)}L${r(i,-d)}L${r(a,-s)}z`);return M("svg",{viewBox:`0 0 ${e} ${fe}`,width:"100%",height:fe,preserveAspectRatio:"none"},M("path",{class:"band",d:o.join("")}))}var be=class{layer;head;nModes;nTokens;nBytes;biasKey;biasQuery;constant;#t;#e;#r;#n;#o;#a;constructor(t,n,r){let o=ue(t);this.layer=n,this.head=r,this.nBytes=t.length;let[,a=0,s=0]=_(o,"query").shape;this.nModes=a,this.nTokens=s,this.#t=new I(o,"query"),this.#e=new I(o,"key"),this.biasKey=new I(o,"bias_key"),this.biasQuery=new I(o,"bias_query"),this.constant=new I(o,"constant"),this.#r=_(o,"sign").data,this.#n=_(o,"range").data,this.#o=o.has("rows")?new I(o,"rows"):void 0,this.#a=o.get("rows")?.shape[1]??0}get exact(){return this.#t.exact}projections(t,n,r){return this.#l(t).row(n*this.nModes+r)}projection(t,n,r,o){return this.#l(t).at(n*this.nModes+r,o)}bound(t,n,r){return this.#l(t).bound(n*this.nModes+r)}autoSign(t){return(this.#r[t]??1)<0?"-":"+"}range(t,n){return this.#n[(t==="query"?0:this.nModes)+n]??0}scoreRow(t,n){if(!this.#o||n<0||n>=this.#a)return;let r=t*this.#a+n;return{scores:this.#o.row(r),bound:this.#o.bound(r)}}#l(t){return t==="query"?this.#t:this.#e}};var or=2e3,ar=120,sr=64e6,Wt=({layer:e,head:t})=>`L${e} H${t}`,R=({layer:e,head:t})=>`L${e}H${t}`,Ae=class{#t;#e;#r;#n;#o=new Set;#a=new Map;#l=Math.random().toString(36).slice(2,8);#u=0;#i;#s;#d=new Map;#c;#m=!1;constructor(t,n,r,o){this.#t=t,this.#e=n.tiles??{},this.#r=n.live,this.#n=r,t.on("msg:custom",(a,s)=>this.#v(a,s),o),o.addEventListener("abort",()=>{clearTimeout(this.#c),this.#d.clear()},{once:!0})}get pending(){return this.#d.size}async want(t,n){let r={layer:t,head:n};this.#i=r,this.#s||clearTimeout(this.#c);let o=this.#a.get(R(r));(!o||!this.#o.has(R(r)))&&this.#y(r),o?this.#b(o):this.#p(r)&&await this.#g(r)}#y(t){this.#r?this.#s||(this.#p(t)?this.#c=setTimeout(()=>this.#h(),ar):this.#h()):this.#p(t)||this.#n.error(`The maps of ${Wt(t)} are not in this page.`)}#p(t){return!Xe(this.#e[R(t)])}async#g(t){try{let n=await X(this.#e[R(t)]),r=new be(n,t.layer,t.head);this.#o.has(R(t))||this.#f(r)}catch(n){this.#n.error(`${Wt(t)} could not be read. ${n.message}`)}}#h(){let t=this.#i;if(!t)return;let n={...t,id:`${this.#l}-${this.#u++}`,acknowledged:!1};this.#s=n;for(let[r,{acknowledged:o}]of this.#d)o||this.#d.delete(r);this.#d.set(n.id,n),this.#c=setTimeout(()=>this.#x(n),or),this.#t.send({kind:"need",id:n.id,layer:n.layer,head:n.head})}#x(t){if(this.#s!==t||t.acknowledged)return;this.#s=void 0;let n=this.#i!==void 0&&this.#p(this.#i);(!this.#m||!n)&&this.#n.silence(n),this.#m=!0}#v(t,n=[]){let r=t,o=this.#d.get(r?.id??"");if(!o)return;if(r.kind==="ack"){o.acknowledged=!0,this.#s===o&&clearTimeout(this.#c),this.#m&&this.#n.heard(),this.#m=!1;return}if(r.kind!=="tile"&&r.kind!=="error")return;this.#d.delete(o.id),this.#s===o&&(clearTimeout(this.#c),this.#s=void 0),r.kind==="error"?this.#n.error(r.message??"The kernel could not compute this head."):this.#k(o,n[0]);let a=this.#i;!a||this.#s||R(a)===R(o)||this.#o.has(R(a))||this.#h()}async#k(t,n){try{let r=new be(await X(n),t.layer,t.head);this.#o.add(R(t)),this.#f(r)}catch(r){this.#n.error(r.message)}}#f(t){this.#a.set(R(t),t);let n=[...this.#a.values()].reduce((r,{nBytes:o})=>r+o,0);for(let[r,{nBytes:o}]of this.#a){if(n<=sr||r===R(t))break;this.#a.delete(r),this.#o.delete(r),n-=o}this.#b(t)}#b(t){!this.#i||R(t)!==R(this.#i)||(this.#a.delete(R(t)),this.#a.set(R(t),t),this.#n.tile(t))}};var ir=200,lr="The kernel does not answer; until it does, numbers are those embedded in this view.",dr="The maps of this head are not embedded in this view, and no kernel answers. Run the notebook's cells again.";async function Yt(e,t,n,r){let o,a=()=>{clearTimeout(o),t.removeAttribute("data-waiting")},s=()=>{clearTimeout(o),o=setTimeout(()=>t.setAttribute("data-waiting",""),ir)};r.addEventListener("abort",a,{once:!0});let i=new Ae(e,{tiles:e.get("tiles"),live:e.get("live")},{tile(u){a(),n.set({tile:u,error:""})},error:u=>n.set({error:u}),silence:u=>n.set(u?{note:lr}:{error:dr}),heard:()=>n.set({note:"",error:""})},r),d=()=>(J(n.state)||s(),i.want(n.state.layer,n.state.head));n.watch(["layer","head"],()=>{d()},r),await d()}var cr={grid:$t,spectrum:It,overlay:Vt,trend:jt,attention:wt},Qt=["overlay","attention"],ur=["meta","spectra","pictures","tiles","live","panels"],mr={palette:"red-cyan",scale:"signed",layout:"overlay",threshold:0,number:"",rank:"share"};async function Jt({model:e,root:t,signal:n,onTheme:r}){let o;n.addEventListener("abort",()=>o?.abort(),{once:!0});async function a(){o?.abort(),o=new AbortController,await pr({model:e,root:t,signal:o.signal,onTheme:r})}let s=!1,i=()=>{s||(s=!0,queueMicrotask(()=>{s=!1,n.aborted||a()}))};for(let d of ur)e.on(`change:${d}`,i,n);await a()}async function pr(e){let{model:t,root:n,signal:r}=e,o=a=>t.get(a);try{let a=await st({meta:o("meta"),spectra:o("spectra"),pictures:o("pictures")},r);if(r.aborted)return;await hr(e,a,o("panels"))}catch(a){if(r.aborted)return;n.replaceChildren(Xt(a.message))}r.aborted||(n.dataset.ready="1")}async function hr(e,t,n){let{model:r,root:o,signal:a,onTheme:s}=e,i=new ve(br(r),a),d={store:i,data:t,signal:a},u=n.filter(h=>t.meta.images.length>0||!Qt.includes(h)),m=St(d),f=fr(d,o),c=u.map(h=>({...cr[h](d),aboutImages:Qt.includes(h)})),b=()=>i.set(Mt(t,i.state));b(),i.watch(["layer","head","mode","image"],b,a),it(r,i,Fe,a);let y=c.some(({aboutImages:h})=>h)?Yt(r,o,i,a):void 0;for(let{keys:h,paint:k}of[m,f,...c])i.watch(h,k,a);s(h=>i.set({theme:h}),a);for(let{paint:h}of[m,f,...c])h();let A=[!1,!0].map(h=>c.filter(({aboutImages:k})=>k===h).map(k=>k.root)).filter(h=>h.length).map(h=>l("div",{class:"side"},...h)),g=t.meta.left_out.length?[l("p",{class:"note"},t.meta.left_out.join(" "))]:[];o.replaceChildren(m.root,...f.roots,l("div",{class:"panels"},...A),...g,dt(t)),await y,a.aborted||i.flush()}function fr({store:e},t){let n=Xt(""),r=l("p",{class:"note",role:"status","data-testid":"qk-note"});return{roots:[n,r],keys:["error","note","view"],paint(){S(n,e.state.error),S(r,e.state.note),t.dataset.qkPalette=e.state.view.palette}}}var Xt=e=>l("p",{class:"error",role:"alert","data-testid":"qk-error"},e);function br(e){let t=Object.fromEntries(Fe.map(n=>[n,e.get(n)]));return{...t,view:{...mr,...t.view},theme:"light",tile:null,hover:null,hoverMode:-1,keyToken:-1,error:"",note:""}}var is=je({css:[Ge,We,Ke,Ye].join(`
`),render:Jt});export{is as default};
