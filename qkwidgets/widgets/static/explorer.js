var hn="http://www.w3.org/2000/svg";function Ke(e,t,n){for(let[r,o]of Object.entries(t))o!==void 0&&o!==!1&&e.setAttribute(r,o===!0?"":String(o));return e.append(...n),e}function l(e,t={},...n){return Ke(document.createElement(e),t,n)}function A(e,t={},...n){return Ke(document.createElementNS(hn,e),t,n)}function L(e,t){for(let[n,r]of Object.entries(t))if(r===void 0||r===!1)e.removeAttribute(n);else{let o=r===!0?"":String(r);e.getAttribute(n)!==o&&e.setAttribute(n,o)}}function k(e,t){let n=e.firstChild;n instanceof Text&&n===e.lastChild?n.data!==t&&(n.data=t):e.textContent=t}var N={"data-lm-suppress-shortcuts":"true"};function Q(e,t,n,r){let o=l("select",N,...t.map(([a,i])=>l("option",{value:a},i)));return o.addEventListener("change",()=>n(o.value),{signal:r}),{root:l("label",{class:"field"},l("span",{},e),o),input:o}}var fn=["class","style","data-jp-theme-light","data-theme","data-color-mode"];function yn(e){for(let t=e;t;t=bn(t)){let n=getComputedStyle(t).backgroundColor,r=gn(n);if(r)return{theme:.2126*r[0]+.7152*r[1]+.0722*r[2]<128?"dark":"light",paper:n}}return{theme:Ye()?.matches?"dark":"light",paper:"Canvas"}}function Ge(e,t,n){let r=()=>t(yn(e)),o=new MutationObserver(r);for(let a of[document.documentElement,document.body])o.observe(a,{attributes:!0,attributeFilter:fn});n.addEventListener("abort",()=>o.disconnect(),{once:!0}),Ye()?.addEventListener("change",r,{signal:n}),r()}var Ye=()=>globalThis.matchMedia?.("(prefers-color-scheme: dark)");function bn(e){if(e.parentElement)return e.parentElement;let t=e.getRootNode();return t instanceof ShadowRoot?t.host:null}function gn(e){let[t,n,r,o=1]=e.match(/[\d.]+/g)?.map(Number)??[];return t===void 0||n===void 0||r===void 0||o<.5?void 0:[t,n,r]}function Qe(e){return{async render({model:t,el:n,signal:r}){if(r?.aborted)return()=>{};let o=new AbortController,{signal:a}=o,i=l("div",{class:"qk-view",...N}),s=l("div",{class:"qk","data-qk-theme":"light"});xn(i.attachShadow({mode:"open"}),e.css).append(s),n.append(i),s.addEventListener("keydown",vn,{signal:a});let d=()=>{o.abort(),i.remove()};r?.addEventListener("abort",d,{once:!0,signal:a});let c=(p,h)=>Ge(i,({theme:u,paper:y})=>{s.setAttribute("data-qk-theme",u),s.style.setProperty("--paper",y),p(u)},h);return await e.render({model:wn(t),root:s,signal:a,onTheme:c}),d}}}function xn(e,t){if("adoptedStyleSheets"in e&&"replaceSync"in CSSStyleSheet.prototype){let n=new CSSStyleSheet;n.replaceSync(t),e.adoptedStyleSheets=[n]}else e.append(l("style",{},t));return e}function vn(e){e.ctrlKey||e.metaKey||e.altKey||e.key==="Escape"||e.key==="Tab"||e.stopPropagation()}function wn(e){let t=n=>{try{n()}catch{}};return{get:n=>e.get(n),set:(n,r)=>t(()=>e.set(n,r)),on(n,r,o){if(o.aborted)return;let a=(...i)=>{o.aborted||r(...i)};t(()=>e.on(n,a)),o.addEventListener("abort",()=>t(()=>e.off(n,a)),{once:!0})},save_changes:()=>t(()=>e.save_changes()),send:n=>t(()=>e.send(n))}}var Je=`/* Choices and provenance. */

.about {
  padding-top: 4px;
  margin-top: 20px;
  border-top: 1px solid var(--rule);
  font-size: 13px;
}

.about summary {
  padding: 4px 0;
  color: var(--soft);
  cursor: pointer;
}

.about details {
  margin-top: 10px;
}

.about h4 {
  margin: 16px 0 4px;
}

.about table {
  font-size: 13px;
}

.about th,
.about td {
  max-width: 62ch;
  padding: 3px 24px 3px 0;
  overflow-wrap: anywhere;
}

.about thead th {
  color: var(--soft);
}

.about tbody tr + tr > * {
  border-top: 1px solid var(--wash);
}

.choices td:last-child {
  padding-right: 0;
  white-space: nowrap;
}

.about ul {
  max-width: 110ch;
  padding-left: 18px;
  margin: 0;
}

.facts th {
  min-width: 11em;
  color: var(--soft);
}

/* All of it is there to be copied; its beginning is enough to compare. */
.fingerprint {
  display: block;
  overflow: hidden;
  width: 17ch;
  font:
    12px / 1.5 ui-monospace,
    monospace;
  text-overflow: ellipsis;
  white-space: nowrap;
}

@container qk (max-width: 760px) {
  .choices thead {
    position: absolute;
    clip-path: inset(50%);
  }

  .choices tr,
  .choices th,
  .choices td {
    display: block;
    padding-right: 0;
  }

  .choices tbody th {
    padding-top: 8px;
    font-weight: 600;
  }

  .choices tbody td {
    border: 0;
  }

  .choices td::before {
    content: attr(data-column) ": ";
    color: var(--soft);
  }
}
`;var Xe=`/* The parts of a score, and the ranking of modes. */

/* What does not fit beside the others takes a row of its own, and all of it. */
.columns {
  display: flex;
  flex-wrap: wrap;
  align-items: flex-start;
  gap: 20px 32px;
}

.column {
  display: grid;
  flex: 1 1 230px;
  grid-template-columns: minmax(0, 1fr);
  gap: 8px;
  align-content: start;
  min-width: 0;
}

.stage {
  max-width: 340px;
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
  color: var(--on-mode);
  font-size: 11px;
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
  color: var(--on-accent);
}

.swatch[data-selected] ~ .link {
  color: var(--accent);
  font-weight: 600;
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
  font-size: 13px;
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

.parts th,
.parts td {
  vertical-align: baseline;
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
  font-size: 13px;
  font-weight: 600;
}

.line {
  display: flex;
  align-items: center;
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
`;var Ze=`/* Heads, spectrum and trend: what the weights say. Colours are those of src/explorer/style.css. */

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
  height: var(--cell);
  margin: 0 1px 1px 0;
  /* As wide as the cell allows, and nothing below eight pixels: the number under the pointer is printed below. */
  font-size: clamp(0px, (var(--digits) - 8px) * 999, min(12px, var(--digits)));
  line-height: var(--cell);
  text-align: center;
  overflow: hidden;
  cursor: pointer;
}

.cells {
  --cell: clamp(24px, 160px / var(--heads), 40px);
  --digits: calc((100cqi - var(--gutter)) / var(--layers) * 0.38);
}

.cell[data-undefined] {
  background-image: repeating-linear-gradient(45deg, transparent 0 4px, var(--rule) 4px 5px);
}

.cell[data-ink="dark"] {
  color: #000000;
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
  padding-bottom: 12px;
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
.grid .caption,
.spectrum .caption {
  padding: 3px 0 0 var(--gutter);
}
`;var et=`/* Pictures with maps on them, and their legend. */

.panel.overlay {
  container: overlay / inline-size;
}

.body {
  /* rows and columns of the panel, in the order of the document; see below */
  --areas: "options" "legend" "gallery" "readout";
  --columns: minmax(0, 1fr);
  --legend: minmax(0, 1fr);
  /* pictures in a row, and image, query and key together in a row */
  --pictures: var(--narrow);
  --pairs: 1;

  display: grid;
  grid-template-areas: var(--areas);
  grid-template-columns: var(--columns);
  grid-template-rows: auto auto 1fr;
  gap: 12px 28px;
}

.body > .options {
  grid-area: options;
}

.body > .maplegend {
  grid-area: legend;
}

.body > .hung {
  grid-area: gallery;
}

.body > .readout {
  grid-area: readout;
}

.gallery {
  display: grid;
  grid-template-columns: repeat(var(--pictures), minmax(0, 1fr));
  gap: 12px;
}

.body[data-layout="side"] .gallery {
  grid-template-columns: repeat(var(--pairs), minmax(0, 1fr));
}

.picture {
  min-width: 0;
  max-width: 360px;
}

.panenames {
  display: none;
}

.body[data-layout="side"] .panenames {
  display: grid;
  grid-template-columns: repeat(3, minmax(0, 1fr));
  gap: 3px;
  color: var(--soft);
  font-size: 12px;
}

.body[data-layout="side"] .picture {
  max-width: 900px;
}

.panes {
  display: grid;
  gap: 3px;
}

.body[data-layout="side"] .panes {
  grid-template-columns: repeat(3, minmax(0, 1fr));
}

.body[data-layout="overlay"] .pane:not([data-side="picture"]) {
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

.body[data-layout="side"] [data-side="picture"] img {
  filter: none;
}

.body[data-layout="side"] [data-side="picture"] .map {
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
  grid-template-columns: var(--legend);
  gap: 6px 24px;
  align-content: start;
  color: var(--soft);
  font-size: 12px;
  line-height: 1.4;
}

.lead {
  grid-column: 1 / -1;
  color: var(--ink);
  font-size: 14px;
  font-weight: 600;
}

.colours {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 14px;
}

.lights {
  padding: 0;
  margin: 0;
  color: var(--ink);
  font-size: 13px;
  list-style: none;
}

.lights li {
  padding-left: 18px;
  text-indent: -18px;
}

.light {
  display: inline-block;
  width: 11px;
  height: 11px;
  margin-right: 7px;
  border: 1px solid var(--faint);
  background: #ffffff;
}

.light.query {
  background: var(--query-light);
}

.light.key {
  background: var(--key-light);
}

.mixture {
  position: relative;
  padding: 0 0 15px 15px;
}

.words {
  display: grid;
  gap: 3px;
  max-width: 104ch;
}

.square {
  display: block;
  width: 64px;
  height: 64px;
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
.maplegend[data-layout="side"] .lights,
.maplegend[data-layout="side"] .mixture {
  display: none;
}

.scalebar b {
  min-width: 3.2em;
  font-weight: 600;
}

/* The legend stands above the pictures, or beside them where it is about as tall as they are. */

@container overlay (min-width: 480px) {
  .body[data-count="1"] {
    --areas: "options options" "legend gallery" "readout gallery";
    --columns: minmax(200px, 1fr) minmax(0, 352px);
    --legend: minmax(0, 1fr);
  }
}

@container overlay (min-width: 560px) {
  .body {
    --pictures: var(--middle);
    --legend: auto minmax(0, 1fr);
  }

  .body[data-shape="wall"] {
    --pictures: var(--wide);
  }
}

@container overlay (min-width: 800px) {
  .body {
    --pairs: min(var(--middle), 2);
  }
}

@container overlay (min-width: 1000px) {
  .body[data-count="2"],
  .body[data-count="3"] {
    --areas: "options options" "legend gallery" "readout gallery";
    --columns: minmax(300px, 1fr) minmax(0, calc(var(--pictures) * 352px));
    --legend: minmax(0, 1fr);
  }
}

@container overlay (min-width: 1160px) {
  .body[data-count="4"] {
    --areas: "options options" "legend gallery" "readout gallery";
    --columns: 300px minmax(0, 1fr);
    --legend: minmax(0, 1fr);
  }

  .body[data-shape="block"] {
    --areas: "options gallery" "legend gallery" "readout gallery";
    --columns: minmax(300px, 1fr) minmax(0, calc(var(--pictures) * 284px));
    --legend: minmax(0, 1fr);
  }

  .body[data-layout="side"]:not([data-shape="wall"]) {
    --columns: 300px minmax(0, 1fr);
  }
}
`;var tt=`/* Where things stand, from a phone to a lecture hall: two tiers of panels, what the weights say above what the images say.
   A tier fills its width at every width, in the order of the document. */

.controls {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 18px;
  padding: 8px 0;
  margin-bottom: 14px;
  border-bottom: 1px solid var(--rule);
}

.controls:has(+ .error + .note[data-live]) {
  margin-bottom: 0;
}

.controls h2 {
  flex: 1 1 220px;
}

/* Out of sight while the page scrolls under it; see in-sight.ts. */
.controls[data-adrift] {
  opacity: 0;
}

.sliders {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 2px 18px;
}

.selection {
  min-width: 5.6em;
  color: var(--accent);
  font-size: 18px;
  font-weight: 600;
}

.panels {
  display: grid;
  gap: 26px;
}

.tier {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 28px 36px;
  align-items: start;
}

.panel {
  min-width: 0;
  contain: layout style;
}

.panel > header {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: 4px 12px;
  min-height: 30px;
  margin-bottom: 6px;
}

.qk[data-waiting] .gallery,
.qk[data-waiting] .columns {
  opacity: 0.55;
}

@container qk (max-width: 560px) {
  .controls h2 {
    flex-basis: 100%;
  }

  .stage {
    max-width: none;
  }

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

  .note[data-live] {
    height: 36px;
    white-space: normal;
  }
}

@container qk (min-width: 600px) {
  .weights {
    grid-template-columns: repeat(2, minmax(0, 1fr));
  }

  .weights > :last-child:nth-child(odd) {
    grid-column: 1 / -1;
  }
}

@container qk (min-width: 800px) {
  .controls {
    position: sticky;
    top: 0;
    z-index: 2;
    background: var(--paper);
  }
}

@container qk (min-width: 920px) {
  .weights:has(> :nth-child(3)) {
    grid-template-columns: repeat(3, minmax(0, 1fr));
  }

  .weights > :last-child:nth-child(3) {
    grid-column: auto;
  }
}

/* One or two pictures are too few for a tier of their own. */
@container qk (min-width: 1100px) {
  .images:is([data-count="1"], [data-count="2"]):has(> :nth-child(2)) {
    grid-template-columns: minmax(0, 2fr) minmax(0, 3fr);
  }
}
`;var nt=`/* The explorer, in its own shadow root. Every colour has one home here; the page's theme is data-qk-theme on .qk.
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
  --query-light: #ff0000;
  --key-light: #00ffff;
  --query: #ff2b2b;
  --key: #00b8c4;
  --gutter: 38px;
  /* ink on --mode-ink and on --accent */
  --on-mode: #14171a;
  --on-accent: #ffffff;

  container: qk / inline-size;
  box-sizing: border-box;
  padding: 2px 4px 12px;
  color: var(--ink);
  color-scheme: light;
  font:
    14px / 1.45 system-ui,
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
  --on-accent: #14171a;
  color-scheme: dark;
}

.qk[data-qk-palette="orange-blue"] {
  --query-light: #ff8a00;
  --key-light: #0075ff;
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
  font-size: 18px;
  font-weight: 600;
  letter-spacing: -0.01em;
  overflow-wrap: anywhere;
}

h3 {
  font-size: 15px;
  font-weight: 600;
}

.tag {
  overflow: hidden;
  flex: 1 1 0;
  min-width: 4.5em;
  color: var(--soft);
  font-size: 13px;
  text-overflow: ellipsis;
  white-space: nowrap;
}

h4 {
  font-weight: 600;
}

.caption,
.legend,
.xlabel,
figcaption {
  color: var(--soft);
  font-size: 12px;
  line-height: 1.4;
}

.tick {
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
  font-size: 13px;
  white-space: pre-wrap;
}

.subtitle {
  overflow: hidden;
  min-width: 0;
  color: var(--soft);
  font-size: 13px;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.number {
  text-align: right;
  white-space: nowrap;
}

.error:empty,
.note:empty:not([data-live]) {
  display: none;
}

/* A kernel may fall silent at any time: its line is always there, and no longer than that. */
.note[data-live] {
  height: 18px;
  margin: 0;
  overflow: hidden;
  font-size: 12px;
  line-height: 18px;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.error {
  padding: 6px 10px;
  margin-bottom: 10px;
  border-left: 3px solid var(--error);
  color: var(--error);
}

.note {
  margin: 12px 0;
  color: var(--soft);
  font-size: 13px;
}

/* fields */

.field,
.slider {
  display: inline-flex;
  align-items: center;
  gap: 7px;
  color: var(--soft);
  font-size: 13px;
}

.slider input {
  width: 104px;
}

.slider output {
  min-width: 1.4em;
  color: var(--ink);
}

input[type="range"] {
  accent-color: var(--accent);
  height: 24px;
  margin: 0;
}

.options {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px 16px;
}

.options input[type="range"] {
  width: 84px;
}

.options output {
  min-width: 2.6em;
}

select,
button {
  min-height: 26px;
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
  text-overflow: ellipsis;
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
  min-height: 24px;
  min-width: 24px;
  padding: 0;
  text-align: left;
  border: 0;
  text-decoration: underline;
  text-decoration-color: var(--rule);
  text-underline-offset: 2px;
}

:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 1px;
}

/* for readers who listen */

.unseen-table {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}

.qk [hidden] {
  display: none;
}
`;var ot=e=>typeof e=="object"&&e!==null&&"base64"in e;function at(e){return e==null||e===""?!0:ArrayBuffer.isView(e)?e.byteLength===0:!(typeof e=="string"||e instanceof ArrayBuffer||ot(e))}async function ne(e){if(ArrayBuffer.isView(e))return new Uint8Array(e.buffer,e.byteOffset,e.byteLength);if(e instanceof ArrayBuffer)return new Uint8Array(e);if(typeof e=="string")return rt(e);if(ot(e)){let t=rt(e.base64);return e.gzip?$n(t):t}throw new Error("Bytes were expected, but nothing that holds bytes came with this view.")}function rt(e){let t=Uint8Array.fromBase64;if(t)return t.call(Uint8Array,e);let n=atob(e),r=new Uint8Array(n.length);for(let o=0;o<n.length;o++)r[o]=n.charCodeAt(o);return r}async function $n(e){let{readable:t,writable:n}=new DecompressionStream("gzip"),r=n.getWriter(),[o]=await Promise.all([new Response(t).arrayBuffer(),r.write(e),r.close()]);return new Uint8Array(o)}var pe=e=>e.replace(/-/g,"−");function q(e,t=3){if(!Number.isFinite(e))return"–";let n=Math.abs(e);if(n!==0&&(n<.001||n>=1e5))return pe(e.toExponential(1));let r=n===0?t-1:Math.max(0,t-1-Math.floor(Math.log10(n)));return pe(e.toFixed(r))}var z=e=>Number.isFinite(e)?pe(Math.abs(e)<.005?"0.00":e.toFixed(2)):"–";function re(e){if(!Number.isFinite(e))return"–";let t=e!==0&&Math.abs(e)<.0995?1:0,n=(100*e).toFixed(t);return`${Number(n)===0?"0":pe(n)} %`}var it="not known",st=e=>Math.max(-4,Math.floor(Math.log10(e))),lt=e=>Math.max(0,-e),dt=(e,t)=>(Math.ceil(e/10**t-1e-9)*10**t).toFixed(lt(t));function O(e,t){if(t===0)return q(e,4);if(!Number.isFinite(e)||!Number.isFinite(t))return it;let n=st(t),r=e.toFixed(lt(n)),o=Math.abs(Number(r)-e);return`${pe(r)} ± ${dt(t+o,n)}`}var ct=e=>Number.isFinite(e)?dt(e,st(e)):it,V=(e,t)=>Number.isFinite(e)?t(e):"not defined",xe=(e,t)=>Number.isFinite(e)?e:t;function ut(e){return e.length<2?e.join(""):`${e.slice(0,-1).join(", ")} and ${e.at(-1)}`}var _=(e,t,n)=>Math.min(n,Math.max(t,e));function he(e,t){let n=(t[1]-t[0])/(e[1]-e[0]||1);return r=>t[0]+(r-e[0])*n}var mt={U8:Uint8Array,I8:Int8Array,U16:Uint16Array,I16:Int16Array,I32:Int32Array,F32:Float32Array,F64:Float64Array},Ln={U8:255,U16:65535},Pn=5*2**-24;function fe(e){let t=Nn(e),n=8+t.length,r=new Map;for(let[o,a]of Object.entries(t.entries)){if(o==="__metadata__")continue;let[i,s]=a.data_offsets;if(n+s>e.length)throw oe(`tensor "${o}" ends after the last byte`);if(!(a.dtype in mt))throw oe(`tensor "${o}" is of the unknown type ${a.dtype}`);let d=a.dtype;r.set(o,{dtype:d,shape:a.shape,data:Cn(e.subarray(n+i,n+s),d)})}return r}function Nn(e){if(e.length<8)throw oe(`it has ${e.length} bytes`);let t=Number(new DataView(e.buffer,e.byteOffset,8).getBigUint64(0,!0));if(t>e.length-8)throw oe("its header is longer than itself");try{return{length:t,entries:JSON.parse(new TextDecoder().decode(e.subarray(8,8+t)))}}catch{throw oe("its header is not readable")}}function Cn(e,t){let n=mt[t],r=e.byteOffset%n.BYTES_PER_ELEMENT===0?e:e.slice();return new n(r.buffer,r.byteOffset,r.byteLength/n.BYTES_PER_ELEMENT)}var oe=e=>new Error(`Data of this view must be whole safetensors bytes: ${e}. Make the page or the file again.`);function B(e,t){let n=e.get(t);if(!n)throw oe(`tensor "${t}" is not in it`);return n}var W=class{length;#t;#e;#r;#o;constructor(t,n){let{shape:r,data:o,dtype:a}=B(t,n);this.length=r.at(-1)??1,this.#t=o,this.#o=Ln[a]??0,!(a==="F32"||a==="F64")&&(this.#e=B(t,`${n}.lo`).data,this.#r=B(t,`${n}.step`).data)}get exact(){return this.#r===void 0}at(t,n){let r=this.#t[t*this.length+n]??Number.NaN;return this.#r?(this.#e?.[t]??0)+(this.#r[t]??0)*r:r}bound(t){let n=this.#r?.[t]??0;return n===0?0:n/2+Pn*(Math.abs(this.#e?.[t]??0)+this.#o*n)}row(t){let n=new Float32Array(this.#t.subarray(t*this.length,(t+1)*this.length));if(!this.#r)return n;let r=this.#e?.[t]??0,o=this.#r[t]??0;for(let a=0;a<n.length;a++)n[a]=r+o*n[a];return n}};var j=({layout:e})=>e.n_cls+e.n_distill+e.n_registers,ve=({layout:e})=>e.grid[0]*e.grid[1];function $e({images:e,n_images_made:t},n){return t!==void 0&&t>e.length?`the ${t} images the view was made from`:n}function J(e,t){let n=t-j(e);if(n<0)return e.tokens[t]??`token ${t}`;let r=e.layout.grid[1];return`r${Math.floor(n/r)} c${n%r}`}var Ee=class{#t;#e;constructor(t,n){this.#t=fe(t),this.#e=n}modes(t,n,r){let{n_heads:o,n_modes:a}=this.#e,i=(n*o+r)*a;return B(this.#t,t).data.subarray(i,i+a)}heads(t){return B(this.#t,t).data}layers(t){return B(this.#t,t).data}headNumber(t){let n=this.#e.n_layers*this.#e.n_heads;return B(this.#t,"head_numbers").data.subarray(t*n,(t+1)*n)}ranking(t,n,r,o){let{n_layers:a,n_heads:i,n_modes:s}=this.#e,d=((n*a+r)*i+o)*s;return B(this.#t,t).data.subarray(d,d+s)}shareOfBias(t,n,r){let{n_layers:o,n_heads:a}=this.#e;return B(this.#t,"share_bias").data[(t*o+n)*a+r]??Number.NaN}isNull(t,n,r){return this.modes("null",t,n)[r]===1}partners(t,n,r){let o=this.modes("degenerate",t,n),a=o[r]??-1;return a<0?[]:[...o.keys()].filter(i=>i!==r&&o[i]===a)}caveat(t,n,r){if(this.isNull(t,n,r))return"null mode: its singular value is zero to rounding, its directions are arbitrary";let o=this.partners(t,n,r).map(i=>`M${i}`);return o.length?`defined only together with ${ut(o)}`:(this.modes("stability",t,n)[r]??0)>=1?"may turn under the rounding of the stored weights":""}};async function pt(e,t){let{meta:n}=e;if(n?.format!==1)throw new Error(n?.format?`This view reads format 1, but its data say format ${n.format}. They were made by a newer qkwidgets; update it.`:"The description of this view did not arrive with it. Run the cell again, or make the page again.");let[r,o]=await Promise.all([ne(e.spectra).then(a=>new Ee(a,n)),n.images.length?ne(e.pictures).then(a=>qn(a,n,t)):[]]);return{meta:n,spectra:r,pictures:o}}function qn(e,t,n){let r=fe(e),o=t.images.map(({mime:a},i)=>URL.createObjectURL(new Blob([B(r,`image.${i}`).data],{type:a})));return n.addEventListener("abort",()=>o.forEach(a=>{URL.revokeObjectURL(a)}),{once:!0}),o}var we=class{#t;#e=new Set;#r=new Set;#o=0;#n=!1;constructor(t,n){this.#t={...t},n.addEventListener("abort",()=>this.#a(),{once:!0})}get state(){return this.#t}get watchers(){return this.#e.size}set(t){for(let n of Object.keys(t)){let r=t[n];Object.is(this.#t[n],r)||(this.#t[n]=r,this.#r.add(n))}this.#r.size&&!this.#o&&!this.#n&&(this.#o=requestAnimationFrame(()=>this.flush()))}watch(t,n,r){let o={keys:t,react:n};this.#e.add(o),r.addEventListener("abort",()=>this.#e.delete(o),{once:!0})}flush(){cancelAnimationFrame(this.#o);for(let t=0;this.#r.size&&t<4;t++){let n=this.#r;this.#r=new Set;for(let{keys:r,react:o}of this.#e)r.some(a=>n.has(a))&&o()}this.#o=0}#a(){this.#n=!0,cancelAnimationFrame(this.#o)}};function ht(e,t,n,r){for(let a of n)e.on(`change:${a}`,()=>t.set({[a]:e.get(a)}),r);let o=Rn(()=>{let a=n.filter(i=>!Object.is(e.get(i),t.state[i]));for(let i of a)e.set(i,t.state[i]);a.length&&e.save_changes()},80,r);t.watch(n,o,r)}function Rn(e,t,n){let r,o=!1,a=()=>{r=void 0,o&&i()},i=()=>{o=!1,r=setTimeout(a,t),e()};return n.addEventListener("abort",()=>{clearTimeout(r),o&&e()},{once:!0}),()=>{r===void 0?i():o=!0}}var Le={model:"model",architecture:"architecture",source:"weights from",checkpoint:"weights’ file",licence:"licence",fingerprint:"fingerprint of the weights used (SHA-256)",checkpoint_sha256:"fingerprint of the file (SHA-256)",output_error:"largest relative error of the rebuilt attention",circuit:"circuit",site:"tokens projected",bias:"biases",fold_norm:"first norm’s gain in the weights",offset:"offset",tolerance:"tolerance for equal singular values",weights:"mean cosine weighted by",null:"chance from",versions:"versions"},_n={qk:"query-key",ov:"value-output",attn_input:"what the projections receive (attn_input)",true:"yes",false:"no"},Bn=/^[0-9a-f]{40,}$/;function ft(e){let{name:t,architecture:n,...r}=e,o={...r,...t!==r.model&&{name:t},...n!==r.model&&{architecture:n}},a=Object.keys(Le).filter(s=>s in o),i=Object.keys(o).filter(s=>!(s in Le));return[...a,...i].filter(s=>o[s]!==null&&o[s]!==void 0&&o[s]!=="").map(s=>[Le[s]??s,Hn(o[s])])}function Hn(e){return typeof e=="string"&&Bn.test(e)?l("code",{class:"fingerprint",title:e},e):typeof e=="object"&&e!==null?yt(e):Pe(e)}function Pe(e){return typeof e=="number"?String(Number(e.toPrecision(3))):_n[String(e)]??String(e)}function yt(e){let t=Object.entries(e),n=o=>typeof o!="object"||o===null;if(t.every(([,o])=>n(o)))return t.map(([o,a])=>`${o} ${Pe(a)}`).join(", ");let r=t.map(([o,a])=>l("li",{},`${o.replaceAll("_"," ")}: `,n(a)?Pe(a):yt(a)));return l("ul",{},...r)}function gt({meta:e},t){let n=i=>!i.panels||i.panels.some(s=>t.includes(s)),r=e.about.filter(n),o=e.about.filter(i=>!n(i)),a=e.images.map(({name:i,source:s,licence:d})=>[i,[s,d].filter(Boolean).join(" · ")]);return l("details",{class:"about"},l("summary",N,"About this view"),...xt("Choices in this view",r),...Fn(`Choices elsewhere in the package (${o.length})`,o),...bt("Notes",e.notes),...bt("Left out of this page",e.left_out),...Ne("Pictures",a),...Ne("Where it comes from",ft(e.provenance)))}var On=["open in the paper","here","alternative","chosen by"];function xt(e,t){let n=t.map(({question:r,choice:o,alternative:a,source:i})=>[r,o,a,i==="ours"?"qkwidgets":i==="paper"?"the paper":i]);return Ne(e,n,On)}function Fn(e,t){return t.length?[l("details",{},l("summary",N,e),...xt("",t))]:[]}function Ne(e,t,n){if(!t.length)return[];let r=t.map(([s="",...d])=>l("tr",{},l("th",{scope:"row"},s),...d.map((c,p)=>l("td",{"data-column":n?.[p+1]},c||"–")))),o=n?[l("thead",{},l("tr",{},...n.map(s=>l("th",{scope:"col"},s))))]:[],a=n?"choices":"facts";return[...e?[l("h4",{},e)]:[],l("table",{class:a},...o,l("tbody",{},...r))]}function bt(e,t){return t.length?[l("h4",{},e),l("ul",{},...t.map(n=>l("li",{},n)))]:[]}function Ce({meta:e,spectra:t,tile:n,image:r},o,a,i){let s=t.modes("singular_values",n.layer,n.head)[o]??0,d=n.projection("query",r,o,a),c=n.projection("key",r,o,i),p=n.bound("query",r,o),h=n.bound("key",r,o),u=e.scale*s;return{value:u*d*c,bound:u*(Math.abs(d)*h+Math.abs(c)*p+p*h)}}function vt(e,t){let r=e.tile.scoreRow(e.image,e.meta.row_tokens.indexOf(t))??(e.tile.nModes>=e.meta.n_modes?Un(e,t):void 0);return r&&{...r,weights:Vn(r.scores)}}function Un(e,t){let{meta:n,spectra:r,tile:o,image:a}=e,i=r.modes("singular_values",o.layer,o.head),s=new Float64Array(o.nTokens),d=0;for(let h=0;h<o.nModes;h++){let u=n.scale*(i[h]??0),y=o.projection("query",a,h,t),g=o.projections("key",a,h),v=0;for(let m=0;m<s.length;m++){let M=g[m];v=Math.max(v,Math.abs(M)),s[m]=s[m]+u*y*M}let w=o.bound("query",a,h),f=o.bound("key",a,h);d+=u*(Math.abs(y)*f+v*w+w*f)}let c=o.biasQuery.at(a,t)+o.constant.at(0,0),p=o.biasKey.row(a);for(let h=0;h<s.length;h++)s[h]=s[h]+p[h]+c;return{scores:s,bound:d+o.biasKey.bound(a)+o.biasQuery.bound(a)+o.constant.bound(0)}}function Vn(e){let t=Number.NEGATIVE_INFINITY;for(let o=0;o<e.length;o++)t=Math.max(t,e[o]);let n=new Float64Array(e.length),r=0;for(let o=0;o<e.length;o++)n[o]=Math.exp(e[o]-t),r+=n[o];for(let o=0;o<e.length;o++)n[o]=n[o]/r;return n}function ye(e,t){if(t===0)return 0;let n=Math.max(e,Number.MIN_VALUE),r=Math.max(1-e,Number.EPSILON),o=a=>n/(n+r*Math.exp(-a));return Math.max(o(2*t)-e,e-o(-2*t))}function wt(e,t,n){let{meta:r,tile:o,image:a}=e,i=Array.from({length:o.nModes},(g,v)=>Ce(e,v,t,n)),s={value:o.biasKey.at(a,n),bound:o.biasKey.bound(a)},d={value:o.biasQuery.at(a,t)+o.constant.at(0,0),bound:o.biasQuery.bound(a)+o.constant.bound(0)},c=qe([...i,s,d]),p=r.n_modes-o.nModes,h=o.scoreRow(a,r.row_tokens.indexOf(t)),u=h&&{value:h.scores[n]??Number.NaN,bound:h.bound};if(p<=0){let g=u&&u.bound<c.bound?u:c;return{modes:i,rest:void 0,restCount:0,biasKey:s,unseen:d,known:c,score:g}}let y=u&&{value:u.value-c.value,bound:u.bound+c.bound};return{modes:i,rest:y,restCount:p,biasKey:s,unseen:d,known:c,score:u}}var qe=e=>({value:e.reduce((t,{value:n})=>t+n,0),bound:e.reduce((t,{bound:n})=>t+n,0)}),ke=(e,t,n)=>e==="auto"?t.autoSign(n):e;function Re(e,t){let n=_(t,0,1)*(e.length-1),r=e[Math.floor(n)]??Number.NaN,o=e[Math.ceil(n)]??r;return r+(o-r)*(n-Math.floor(n))}var jn={light:{neutral:.955,end:.43,chroma:.15},dark:{neutral:.3,end:.85,chroma:.15}},ae={negative:312,positive:152,sequential:245},Be=128,te={"red-cyan":{query:[255,0,0],key:[0,255,255],queryName:"red",keyName:"cyan"},"orange-blue":{query:[255,138,0],key:[0,117,255],queryName:"orange",keyName:"blue"}},Fe=(e,t,n)=>(255<<24|n<<16|t<<8|e)>>>0,kt=e=>[e&255,e>>8&255,e>>16&255],St=Fe(0,0,0);function zn(e,t,n){let r=n*Math.PI/180,o=t*Math.cos(r),a=t*Math.sin(r),i=(e+.3963377774*o+.2158037573*a)**3,s=(e-.1055613458*o-.0638541728*a)**3,d=(e-.0894841775*o-1.291485548*a)**3;return Fe(_e(4.0767416621*i-3.3077115913*s+.2309699292*d),_e(-1.2684380046*i+2.6097574011*s-.3413193965*d),_e(-.0041960863*i-.7034186147*s+1.707614701*d))}function _e(e){let t=e<=.0031308?12.92*e:1.055*e**.4166666666666667-.055;return Math.round(255*Math.min(1,Math.max(0,t)))}function ie(e,t){let{neutral:n,end:r,chroma:o}=jn[e];return Array.from({length:Be+1},(a,i)=>{let s=i/Be;return zn(n+(r-n)*s,o*s**.8,t)})}var He={light:{negative:ie("light",ae.negative),positive:ie("light",ae.positive),up:ie("light",ae.sequential)},dark:{negative:ie("dark",ae.negative),positive:ie("dark",ae.positive),up:ie("dark",ae.sequential)}},Oe=(e,t)=>e[Math.round(Math.min(1,Math.max(0,t))*Be)],I=(e,t)=>e<0?Oe(He[t].negative,-e):Oe(He[t].positive,e||0),se=(e,t)=>Oe(He[t].up,e||0),le=e=>`rgb(${kt(e).join(" ")})`;function Mt(e){let[t,n,r]=kt(e).map(o=>(o/255)**2.2);return .2126*t+.7152*n+.0722*r>.179?"dark":"light"}function de(e,t,n){let{query:r,key:o}=te[n];return Fe(Math.round(e*r[0]+t*o[0]),Math.round(e*r[1]+t*o[1]),Math.round(e*r[2]+t*o[2]))}var K=class{canvas;colours;#t;#e;constructor(t,n,r){this.canvas=l("canvas",{width:t,height:n,class:r,"aria-hidden":"true"}),this.#t=this.canvas.getContext("2d"),this.#e=this.#t?.createImageData(t,n),this.colours=this.#e?new Uint32Array(this.#e.data.buffer):new Uint32Array(t*n)}paint(t){let{colours:n}=this;for(let r=0;r<n.length;r++)n[r]=t(r);this.#e&&this.#t?.putImageData(this.#e,0,0)}};var ce=.4,X=class{root;#t;#e;#r;#o;#n={query:-1,key:-1,hover:-1};#a=[];#i=!1;#s=A("path",{class:"ticks"});#d=A("g",{class:"choices"});constructor({grid:[t,n],aspect:r,label:o,url:a}){this.#t=t,this.#e=n,this.#r=new K(n,t,"map");let i=c=>A("g",{class:`outline ${c}`,visibility:"hidden"},A("rect",{class:"halo",width:1,height:1}),A("rect",{width:1,height:1}));this.#o={key:i("key"),query:i("query"),hover:i("hover")};let s=A("svg",{class:"marks",viewBox:`0 0 ${n} ${t}`,preserveAspectRatio:"none","aria-hidden":"true"},this.#d,this.#s,this.#o.key,this.#o.hover,this.#o.query),d=a?[l("img",{src:a,alt:"",draggable:"false"})]:[];this.root=l("div",{class:"pane",role:"group",tabindex:0,"aria-label":o,...N},...d,this.#r.canvas,s),this.root.style.aspectRatio=String(r)}paint(t){this.#r.paint(t),this.#i=!1}clear(){this.#i||(this.paint(()=>St),this.tick([],[]),this.#i=!0)}tick(t,n){let r=i=>[i%this.#e,Math.floor(i/this.#e)],o=t.map(r).map(([i,s])=>`M${i} ${s}h${ce}l${-ce} ${ce}z`),a=n.map(r).map(([i,s])=>`M${i+1} ${s+1}h${-ce}l${ce} ${-ce}z`);L(this.#s,{d:[...o,...a].join("")})}outline(t,n){if(this.#n[t]===n)return;this.#n[t]=n;let r=n<0||n>=this.#t*this.#e;L(this.#o[t],r?{visibility:"hidden"}:{visibility:"visible",transform:`translate(${n%this.#e} ${Math.floor(n/this.#e)})`})}offer(t){this.#a.join()!==t.join()&&(this.#a=t,this.#d.replaceChildren(...t.map(n=>A("circle",{cx:n%this.#e+.5,cy:Math.floor(n/this.#e)+.5,r:.14}))))}listen(t,n){this.root.addEventListener("pointermove",r=>t.hover(this.#l(r)),{signal:n}),this.root.addEventListener("pointerleave",()=>t.leave(),{signal:n}),this.root.addEventListener("blur",()=>t.leave(),{signal:n}),this.root.addEventListener("click",r=>t.choose(this.#l(r)),{signal:n}),this.root.addEventListener("keydown",r=>this.#c(r,t),{signal:n})}#l({clientX:t,clientY:n}){let{left:r,top:o,width:a,height:i}=this.root.getBoundingClientRect(),s=_(Math.floor((t-r)/a*this.#e),0,this.#e-1);return _(Math.floor((n-o)/i*this.#t),0,this.#t-1)*this.#e+s}#c(t,n){let r=_(n.cursor(),0,this.#t*this.#e-1),o=r%this.#e,i={ArrowLeft:o>0?r-1:r,ArrowRight:o<this.#e-1?r+1:r,ArrowUp:r>=this.#e?r-this.#e:r,ArrowDown:r<(this.#t-1)*this.#e?r+this.#e:r}[t.key];if(i!==void 0)n.hover(i);else if(t.key==="Enter"||t.key===" ")n.choose(r);else return;t.preventDefault()}};function Se({store:e,data:t},n,r,o){let a=j(t.meta),i=()=>e.state.hover?.image===n?e.state.hover.patch:-1;return{hover(s){i()!==s&&e.set({hover:{image:n,patch:s}})},leave:()=>e.set({hover:null}),choose:s=>r(a+s),cursor:()=>i()>=0?i():o()-a}}function At(e){let{store:t,data:n}=e,{meta:r}=n,o=j(r),a=r.images.map((h,u)=>Wn(e,u)),i=l("p",{class:"subtitle"}),s=l("div",{class:"stage"}),d=Kn(e),c=l("p",{class:"caption"});function p(h,u){let y=u?.weights.subarray(o,o+ve(r))??new Float64Array(0),g=Math.max(0,...y);return g>0?h.paint(v=>de(0,(y[v]??0)/g,t.state.view.palette)):h.clear(),g}return{root:l("div",{class:"column"},i,s,d.root,c),paint({tile:h,image:u},y,g){let{token:v,hover:w}=t.state,f=a[u];if(!f)return;s.firstElementChild!==f.root&&s.replaceChildren(f.root);let m=p(f,y);f.outline("query",v-o),f.outline("key",g-o),f.outline("hover",w?.image===u?w.patch:-1);let M=h.nModes<r.n_modes&&!y?r.row_tokens:[];f.offer(M.map(S=>S-o).filter(S=>S>=0)),d.paint(y,v,g),k(i,v<0?"choose a query token":`from query ${J(r,v)} to every key`),k(c,y?In(y,m):Dn(v))}}}function In({weights:e,bound:t},n){let r=t>0?`; scores rounded to ±${ct(t)}`:"",o=O(n,ye(n,t));return`Softmax over all ${e.length} tokens; brightest patch ${o}${r}.`}function Dn(e){return e<0?"Click a patch on a picture, or a token here.":"The attention of this patch needs all modes, and this page holds some of them. It carries whole rows for the dotted patches and the tokens here."}function Wn(e,t){let{store:n,data:r,signal:o}=e,{name:a,width:i,height:s}=r.meta.images[t]??{name:"",width:1,height:1},d=new X({grid:r.meta.layout.grid,aspect:i/s,url:r.pictures[t],label:`${a}: attention of the query token`}),c=h=>n.set({keyToken:h}),p=()=>n.state.keyToken>=0?n.state.keyToken:n.state.token;return d.listen(Se(e,t,c,p),o),d}function Kn({store:e,data:{meta:t},signal:n}){let r=t.tokens.map((o,a)=>{let i=l("span",{class:"number"}),s=l("button",{type:"button","data-token":a,...N},`${o} `,i);return s.title=`use ${o} as the query`,s.addEventListener("click",()=>e.set({token:a,keyToken:-1}),{signal:n}),{button:s,weight:i}});return{root:l("div",{class:"prefix"},...r.map(({button:o})=>o)),paint(o,a,i){for(let[s,{button:d,weight:c}]of r.entries()){let p=o?.weights[s]??0;k(c,o?O(p,ye(p,o.bound)):""),L(d,{"aria-pressed":String(s===a),"data-key":s===i})}}}}var Ue=e=>Number(e.target.closest("[data-mode]")?.dataset.mode??-1);function ue(e,t,n){let r=o=>{let a=Ue(o);a>=0&&t.set({mode:a})};e.addEventListener("click",r,{signal:n})}var Gn=7;function Tt(e){let t=Array.from({length:e},()=>l("span",{class:"segment"})),[n,r]=[l("i",{class:"zero"}),l("i",{class:"sum"})];return{root:l("div",{class:"stack","aria-hidden":"true"},...t,n,r),paint(a,i,s){let d=u=>a.reduce((y,{value:g})=>y+(g*u>0?Math.abs(g):0),0),c=d(-1),p=100/(c+d(1)||1),h={low:c*p,high:c*p};for(let[u,y]of t.entries()){let g=a[u],v=Math.abs(g?.value||0)*p;g&&g.value<0&&(h.low-=v),Yn(y,g,g&&g.value<0?h.low:h.high,v,i),g&&g.value>0&&(h.high+=v)}n.style.left=`${c*p}%`,r.hidden=s===void 0,r.style.left=`${(c+(s??0))*p}%`}}}function Yn(e,t,n,r,o){if(e.hidden=r===0,!t||r===0)return;let a=t.mode===o;L(e,{class:`segment ${t.kind}`,"data-mode":t.mode,"data-selected":a}),k(e,t.mode!==void 0&&r>Gn?t.name:""),e.style.left=`${n}%`,e.style.width=`${r}%`}function Et(){let e=l("i"),t=l("span"),n=l("button",{type:"button",class:"link",...N}),r=l("td",{class:"number"}),o=l("tr",{},l("th",{scope:"row"},e,t,n),r);return{root:o,paint(a,i){if(o.hidden=!a,!a)return;let s=a.mode!==void 0;L(e,{class:`swatch ${a.kind}`,"data-selected":s&&a.mode===i}),L(n,{"data-mode":a.mode,hidden:!s}),k(s?n:t,a.name),t.hidden=s,k(r,O(a.value,a.bound)),L(r,{"data-value":Number.isNaN(a.value)?void 0:a.value})}}}var Ve=6,$t=Ve+4;function Pt({store:e,data:{meta:t},signal:n}){let r=l("p",{class:"subtitle"}),o=Tt($t),a=Array.from({length:$t},()=>Et()),i=l("table",{class:"parts"},l("tbody",{},...a.map(p=>p.root))),s=l("p",{class:"total"}),d=l("p",{class:"caption"}),c=l("div",{class:"column"},r,o.root,i,s,d);return ue(c,e,n),{root:c,paint(p,h,u){let{token:y,mode:g}=e.state;if(c.toggleAttribute("hidden",y<0),y<0)return;let v=wt(p,y,u),w=Jn(v,g);k(r,`score of query ${J(t,y)} with key ${J(t,u)}`),o.paint(w,g,v.score?.value);for(let[f,m]of a.entries())m.paint(w[f],g);k(s,Xn(v,h,u)),k(d,Zn(v))}}}var Qn={value:Number.NaN,bound:Number.NaN};function Jn(e,t){let n=e.modes.map((i,s)=>s).sort((i,s)=>Lt(e,s)-Lt(e,i)),r=n.slice(0,Ve);t<e.modes.length&&!r.includes(t)&&(r[Ve-1]=t);let o=n.filter(i=>!r.includes(i)),a=r.map(i=>({...e.modes[i],name:`M${i}`,kind:"mode",mode:i}));if(o.length&&a.push({...qe(o.map(i=>e.modes[i])),name:`${o.length} other modes`,kind:"others"}),e.restCount>0){let i=`${e.restCount} modes not in this page`;a.push({...e.rest??Qn,name:i,kind:"rest"})}return a.push({...e.biasKey,name:"key-only term (bias)",kind:"bias"}),a.push({...e.unseen,name:"query-only term, constant",kind:"unseen"}),a}var Lt=(e,t)=>Math.abs(e.modes[t]?.value??0);function Xn({score:e},t,n){if(!e)return"score: not known from this page";let r=t?.weights[n]??Number.NaN,o=t?`, attention weight ${O(r,ye(r,t.bound))}`:"";return`sum = score ${O(e.value,e.bound)}${o}`}function Zn({score:e,known:t,restCount:n}){if(!e)return"The bar shows the parts that this page holds; the rest is not known, and neither is the sum.";let r="The last term is equal for all keys, so softmax does not see it.";if(e.bound===0)return`${r} All numbers are exact to float32.`;let o=`${r} ± bounds the rounding of embedded numbers.`;return n>0||e===t?o:`${o} The score was rounded once, its terms one by one; they add up to ${O(t.value,t.bound)}.`}var je=["layer","head","mode","image","token","sign","view"];function D(e,t,n,...r){let o=l("header",{},l("h3",{},t),...n);return l("section",{class:`panel ${e}`,"data-testid":`qk-${e}`,"aria-label":t},o,...r)}function G(e,t){let n=l("span",{class:"tick"},t);return n.style.top=`${e}px`,n}var be=({n_heads:e})=>_(24*e-160,0,130);function Y(e,t){e.set({view:{...e.state.view,...t}})}function Z({tile:e,layer:t,head:n}){return e&&e.layer===t&&e.head===n?e:null}var er=8,tr={share:"Share of the visible score (patches to patches). Shares add up to 1 and can be negative: such a mode opposes the total.",peak:"Largest σ · query · key over the patches, the reading closest to optimal images. Does not add up.",energy:"Squared size of the mode’s part over that of the visible score. Does not add up to 1: modes overlap."};function Nt({store:e,data:{meta:t,spectra:n},signal:r}){let o=l("p",{class:"subtitle"}),a=Q("by",["share","peak","energy"].map(u=>[u,u]),u=>Y(e,{rank:u}),r),i=Array.from({length:Math.min(er,t.n_modes)},()=>nr()),s=l("p",{class:"total"}),d=l("p",{class:"caption"}),c=l("div",{class:"ranks"},...i.map(({root:u})=>u)),p=l("div",{class:"column"},l("div",{class:"line"},o,a.root),c,s,d);return ue(c,e,r),{root:p,paint(u){let{layer:y,head:g,image:v,mode:w,view:f}=e.state,m=n.ranking(f.rank,v,y,g),M=b=>Number.isFinite(m[b])?m[b]:Number.NEGATIVE_INFINITY,S=Array.from(m.keys()).sort((b,x)=>M(x)-M(b)),E=S.slice(0,i.length).map(b=>xe(m[b],0)),$=Math.max(...E.map(Math.abs))||1;a.input.value=f.rank;let P=`modes of ${t.images[v]?.name??"this image"}`;k(o,P),L(o,{title:P});for(let[b,x]of i.entries()){let C=S[b]??0;x.paint({mode:C,value:m[C]??Number.NaN,extent:$,rank:f.rank,selected:C===w,held:C<u})}k(s,h(f.rank,E)),k(d,tr[f.rank])}};function h(u,y){if(u!=="share")return`${t.n_modes-y.length} more modes, each smaller`;let{layer:g,head:v,image:w}=e.state,f=n.shareOfBias(w,g,v),m=1-f-y.reduce((M,S)=>M+S,0);return`bias ${re(f)} · not shown ${re(m)} (${t.n_modes-y.length} modes)`}}function nr(){let e=l("span",{class:"name"}),t=l("i"),n=l("span",{class:"number"}),r=l("button",{type:"button",class:"rank",...N},e,l("span",{class:"track"},t),n);return{root:r,paint({mode:o,value:a,extent:i,rank:s,selected:d,held:c}){k(e,`M${o}`),k(n,s==="peak"?q(a):re(a)),t.style.width=`${100*Math.max(0,a)/i||0}%`,L(r,{"data-mode":o,"aria-pressed":String(d),"data-hollow":!c,title:c?void 0:"its maps are not in this page"})}}}function Ct(e){let{store:t,data:n}=e,r=At(e),o=Pt(e),a=Nt(e),i=l("div",{class:"columns"},r.root,o.root,a.root),s=l("span",{class:"tag"});return{root:D("attention","What makes the attention",[s],i),keys:["tile","layer","head","mode","image","token","view","theme","hover","keyToken"],paint(){let{state:d}=t,c=Z(d);if(!c)return;k(s,`L${d.layer} H${d.head} on ${n.meta.images[d.image]?.name??"this image"}`);let p={meta:n.meta,spectra:n.spectra,tile:c,image:d.image},h=d.token<0?void 0:vt(p,d.token),u=rr(d,h,j(n.meta));r.paint(p,h,u),o.paint(p,h,u),a.paint(c.nModes)}}}function rr({hover:e,image:t,keyToken:n,token:r},o,a){return e?.image===t?a+e.patch:n>=0?n:o?o.weights.indexOf(Math.max(...o.weights)):r}function qt({store:e,data:t,signal:n}){let{meta:r}=t,o={layer:r.n_layers,head:r.n_heads,mode:r.n_modes},a=Object.keys(o).filter(u=>o[u]>1).map(u=>or(u,o[u]-1,y=>e.set({[u]:y}),n)),i=l("output",{class:"selection","data-testid":"qk-selection","aria-live":"polite"}),s=Q("image",r.images.map(({name:u},y)=>[String(y),u]),u=>e.set({image:Number(u)}),n),d=r.images.length>1?[s.root]:[],c=l("h2",{},r.title),p=l("div",{class:"sliders"},...a.map(u=>u.root),...d);return{root:l("header",{class:"controls"},c,i,p),keys:["layer","head","mode","image"],paint(){let{layer:u,head:y,mode:g,image:v}=e.state;for(let{name:w,paint:f}of a)f(e.state[w]);k(i,`L${u} H${y} M${g}`),s.input.value=String(v)}}}function or(e,t,n,r){let o=l("input",{type:"range",min:0,max:t,step:1,value:0,"aria-label":e,"data-testid":`qk-slider-${e}`,...N}),a=l("output",{class:"number"});return o.addEventListener("input",()=>n(Number(o.value)),{signal:r}),{name:e,root:l("label",{class:"slider"},l("span",{},e),o,a),paint(i){o.value!==String(i)&&(o.value=String(i)),k(a,String(i))}}}function Rt({meta:e},t){let n=(r,o)=>Math.min(Math.max(0,Math.trunc(r)||0),Math.max(0,o-1));return{layer:n(t.layer,e.n_layers),head:n(t.head,e.n_heads),mode:n(t.mode,e.n_modes),image:n(t.image,e.images.length)}}var _t=41;function Bt({values:e,diverging:t},n){let r=Array.from(e).filter(Number.isFinite),o=ar(r.reduce((s,d)=>Math.max(s,Math.abs(d)),0)),a=s=>o<=1?z(s).replace(/^(\u2212?)0\./,"$1."):q(s,2);if(t)return{low:-o,high:o,colour:s=>I(s/o,n),short:a};let i=Math.min(0,...r);return{low:i,high:o,colour:s=>se((s-i)/(o-i),n),short:a}}function Ht({low:e,high:t,colour:n}){let r=new K(_t,1,"bar");r.paint(a=>n(e+(t-e)*a/(_t-1)));let o=e<0&&t>0?[l("span",{class:"mid"},"0")]:[];return[l("span",{},q(e,2)),l("span",{class:"bar"},r.canvas,...o),l("span",{},q(t,2))]}function ar(e){if(!(e>0))return 1;let t=10**Math.floor(Math.log10(e));return([1,2,5,10].find(n=>n*t>=e*(1-1e-9))??10)*t}var ir={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,-1],ArrowDown:[0,1]};function Ot({store:e,data:t,signal:n}){let{n_layers:r,n_heads:o,head_numbers:a}=t.meta,i=Array.from({length:r*o},(b,x)=>sr(Math.floor(x/o),x%o)),s=(b,x)=>i[b*o+x],d=lr(r,o,s),c=l("div",{class:"legend"}),p=l("output",{class:"readout","aria-live":"off"}),h=Q("colour",a.map(({key:b,label:x})=>[b,x]),b=>Y(e,{number:b}),n),u=l("p",{class:"caption"}),y=l("div",{class:"foot"},c,p),g=D("grid","Heads",[h.root],d,y,u),v=b=>b.target.closest("[data-head]"),w=b=>({layer:Number(b.dataset.layer),head:Number(b.dataset.head)}),f=b=>{b&&e.set(w(b))},m=b=>{let{layer:x,head:C}=b?w(b):e.state,{label:H,values:T}=S();k(p,`L${x} H${C}  ${H} ${V(T[x*o+C],q)}`)};d.addEventListener("click",b=>f(v(b)),{signal:n}),d.addEventListener("pointerover",b=>m(v(b)),{signal:n}),d.addEventListener("pointerleave",()=>m(null),{signal:n}),d.addEventListener("keydown",M,{signal:n});function M(b){let x=ir[b.key];if(!x)return;b.preventDefault();let{layer:C,head:H}=e.state;f(s(_(C+x[0],0,r-1),_(H+x[1],0,o-1))),e.flush(),s(e.state.layer,e.state.head).focus()}function S(){let b=Math.max(0,a.findIndex(({key:C})=>C===e.state.view.number));return{...a[b]??{key:"",label:"",diverging:!0,about:""},values:t.spectra.headNumber(b)}}let E="",$;function P(){let{theme:b}=e.state,x=S();if(E===`${x.key} ${b}`)return;E=`${x.key} ${b}`,h.input.value=x.key,k(u,x.about);let C=Bt(x,b);for(let[H,T]of i.entries()){let R=x.values[H]??Number.NaN,U=C.colour(R);T.style.backgroundColor=le(U),T.dataset.ink=Mt(U);let ee=`layer ${Math.floor(H/o)}, head ${H%o}`;T.setAttribute("aria-label",`${ee}: ${x.label} ${V(R,q)}`),T.toggleAttribute("data-undefined",!Number.isFinite(R)),k(T,C.short(R))}c.replaceChildren(...Ht(C))}return{root:g,keys:["layer","head","view","theme"],paint(){P();let{layer:b,head:x}=e.state;$&&L($,{tabindex:-1,"aria-selected":"false"}),$=s(b,x),L($,{tabindex:0,"aria-selected":"true"}),m(null)}}}function sr(e,t){return l("div",{role:"gridcell",class:"cell",tabindex:-1,"aria-selected":"false","data-layer":e,"data-head":t,...N})}function lr(e,t,n){let r=Array.from({length:e},(s,d)=>d),o=Array.from({length:t},(s,d)=>l("div",{role:"row",class:"row"},l("span",{role:"rowheader",class:"tick"},`H${d}`),...r.map(c=>n(c,d)))),a=l("div",{role:"row",class:"row axis"},l("span",{role:"columnheader",class:"tick"},"layer"),...r.map(s=>l("span",{role:"columnheader",class:"tick","aria-label":`layer ${s}`},`${s}`))),i=l("div",{role:"grid",class:"cells","aria-label":"heads by layer"},...o,a);return i.style.setProperty("--layers",String(e)),i.style.setProperty("--heads",String(t)),i}var Ft=(e,t,n)=>Vt(e,n>0?t/n:0,-1),Ut=(e,t,n)=>Vt(e,n>0?t/n:0,0);function Vt(e,t,n){let r=[],o=new Float32Array(e.length);for(let a=0;a<e.length;a++){let i=t*e[a];(i>1||n<0&&i<n)&&r.push(a),o[a]=Math.min(1,Math.max(n,i))}return{strength:o,clipped:r}}function jt(e,t){let n=e.map(d=>t*d),r=n.slice().sort(),o=Re(r,.3),a=Re(r,.95);if(!(a>o))return{strength:new Float32Array(e.length),clipped:[]};let i=[];return{strength:n.map((d,c)=>(d>a&&i.push(c),Math.max(0,Math.min(1,(d-o)/(a-o))))),clipped:i}}var zt=(e,t)=>Math.abs(e)<t?0:e;var dr=e=>l("span",{},e);function It(e,t){let{store:n,data:r,signal:o}=e,{meta:a}=r,i=j(a),{name:s,width:d,height:c}=a.images[t]??{name:"",width:1,height:1},p={grid:a.layout.grid,aspect:d/c},h=new X({...p,url:r.pictures[t],label:`${s}: query and key map`}),u=new X({...p,label:`${s}: query map`}),y=new X({...p,label:`${s}: key map`}),g={picture:h,query:u,key:y},v=m=>n.set({image:t,token:m,keyToken:-1});for(let[m,M]of Object.entries(g))M.root.dataset.side=m,M.listen(Se(e,t,v,()=>n.state.token),o);let w=l("figure",{class:"picture","data-image":t},l("div",{class:"panes"},h.root,u.root,y.root),l("div",{class:"panenames","aria-hidden":"true"},...["image","query","key"].map(dr)),l("figcaption",{title:s},s));function f(m,M,S){let{mode:E,view:$}=n.state,P=m.projections(M,t,E).subarray(i,i+ve(a)),b=S==="-"?-1:1;return $.scale==="percentile"?jt(P,b):($.layout==="side"?Ft:Ut)(P,b,m.range(M,E))}return{root:w,clear:()=>Object.values(g).forEach(m=>{m.clear()}),paint(m,M){let{view:S,theme:E}=n.state,$={query:f(m,"query",M),key:f(m,"key",M)},P=(x,C)=>zt($[x].strength[C]??0,S.threshold);if(S.layout==="overlay"){h.paint(x=>de(P("query",x),P("key",x),S.palette)),h.tick($.query.clipped,$.key.clipped);return}let b=x=>S.scale==="percentile"?se(x,E):I(x,E);u.paint(x=>b(P("query",x))),u.tick($.query.clipped,[]),y.paint(x=>b(P("key",x))),y.tick([],$.key.clipped),h.clear()},mark(){let{image:m,token:M,hover:S}=n.state;w.toggleAttribute("data-current",t===m);for(let E of Object.values(g))E.outline("query",t===m?M-i:-1),E.outline("hover",S?.image===t?S.patch:-1)}}}var me=12,Dt=24;function Kt(){let e=new K(me,me,"square"),t={query:Wt(),key:Wt()},n=l("div",{class:"mixture"},e.canvas,l("span",{class:"x"},"query →"),l("span",{class:"y"},"key →")),r=l("p",{class:"lead"}),o={query:ze("query"),key:ze("key"),both:ze("both")},[a,i]=[l("p"),l("p")],s=l("div",{class:"maplegend"},r,l("div",{class:"colours"},n,l("ul",{class:"lights"},o.query.root,o.key.root,o.both.root),t.query.root,t.key.root),l("div",{class:"words"},a,i)),d="";return{root:s,paint(c){let{view:p,theme:h,tile:u,mode:y}=c,{layout:g,palette:v,scale:w}=p;d!==`${g} ${v} ${w} ${h}`&&(d=`${g} ${v} ${w} ${h}`,s.dataset.layout=g,k(r,ur(p)),k(o.query.words,`${te[v].queryName}: query, patches that look`),k(o.key.words,`${te[v].keyName}: key, patches looked at`),k(o.both.words,"white: both at once"),k(i,mr(p)),pr(e,v),t.query.colour(w,h),t.key.colour(w,h));for(let f of["query","key"])t[f].label(f,w,u?.range(f,y)??0);k(a,u?cr(c,u):"")}}}function cr({meta:e,view:t,sign:n,auto:r,mode:o},a){let i=`, the one with the larger score over ${$e(e,"these images")}`,s=`Sign ${n==="-"?"−":"+"}${r?i:""}.`,d=te[t.palette],c=t.layout==="side"?"query and key":`${d.queryName} query, ${d.keyName} key`;if(t.scale==="percentile")return`${s} Scale as in the paper: ${c} from the 30th to the 95th percentile of each map by itself. Zero and sign are hidden; maps cannot be compared.`;let p=`query a = ${q(a.range("query",o))}, key a = ${q(a.range("key",o))}`,h=t.layout==="side"?"from −a to a":"from 0 to a (positive part)";return`${s} Scale: ${c} ${h}; ${p}: 99th percentile of |projection| over ${$e(e,"all images shown")}.`}function ur({layout:e,palette:t,scale:n}){let{queryName:r,keyName:o}=te[t];return e==="overlay"?`In this mode ${r} patches look at ${o} patches.`:n==="percentile"?"In this mode strong query patches look at strong key patches.":"In this mode green query patches look at green key patches, purple ones at purple."}function mr({layout:e,palette:t}){let n="Corner ticks: beyond the range.";if(e==="side")return`Such a pair raises the score; information flows from the key map’s regions to the query map’s. ${n}`;let{queryName:r,keyName:o}=te[t];return`Each such pair raises the score; information flows ${o} → ${r}. Colours are projections, not attention: white does not mean that a patch attends to itself. ${n}`}function ze(e){let t=l("span");return{root:l("li",{},l("i",{class:`light ${e}`}),t),words:t}}function pr(e,t){e.paint(n=>{let r=n%me/(me-1),o=1-Math.floor(n/me)/(me-1);return de(r,o,t)})}function Wt(){let e=new K(Dt,1,"bar"),[t,n,r]=[l("b"),l("span"),l("span")];return{root:l("div",{class:"scalebar legend"},t,n,e.canvas,r),colour(a,i){let s=d=>d/(Dt-1);a==="percentile"?e.paint(d=>se(s(d),i)):e.paint(d=>I(2*s(d)-1,i))},label(a,i,s){k(t,a),k(n,i==="percentile"?"p30":q(-s)),k(r,i==="percentile"?"p95":q(s))}}}function Yt(e,t){let n=Gt("layout",[["overlay","overlay"],["side","side by side"]],p=>Y(e,{layout:p}),t),r=Gt("sign",[["auto","auto"],["+","+"],["-","−"]],p=>e.set({sign:p}),t),o=Q("palette",[["red-cyan","red / cyan"],["orange-blue","orange / blue"]],p=>Y(e,{palette:p}),t),a=l("button",{type:"button",class:"toggle",...N},"as in the paper");a.title="Each map clipped to its own 30th and 95th percentile, as in the paper’s released figures",a.addEventListener("click",()=>Y(e,{scale:e.state.view.scale==="percentile"?"signed":"percentile"}),{signal:t});let i=l("input",{type:"range",min:0,max:1,step:.01,"aria-label":"threshold",...N});i.addEventListener("input",()=>Y(e,{threshold:Number(i.value)}),{signal:t});let s=l("output",{}),d=l("label",{class:"field"},l("span",{},"threshold"),i,s),c={};return{root:l("div",{class:"options"},n.root,r.root,o.root,a,d),paint({view:p,sign:h}){c.view===p&&c.sign===h||(c={view:p,sign:h},n.paint(p.layout),r.paint(h),o.input.value=p.palette,L(a,{"aria-pressed":String(p.scale==="percentile")}),i.value!==String(p.threshold)&&(i.value=String(p.threshold)),k(s,re(p.threshold)))}}}function Gt(e,t,n,r){let o=t.map(([i,s])=>{let d=l("button",{type:"button",value:i,...N},s);return d.addEventListener("click",()=>n(i),{signal:r}),d}),a=l("span",{class:"segments",role:"group","aria-label":e},...o);return{root:l("div",{class:"field"},l("span",{},e),a),paint(i){for(let s of o)L(s,{"aria-pressed":String(s.value===i)})}}}function Qt({store:e,data:t},n){let{hover:r,mode:o,image:a,token:i,layer:s,head:d}=e.state,{meta:c,spectra:p}=t;if(o>=n.nModes)return"";if(!r)return"Hover a patch for its numbers; click one to make it the query.";let h=j(c)+r.patch,u=ke(e.state.sign,n,o)==="-"?-1:1,y=f=>O(u*n.projection(f,r.image,o,h),n.bound(f,r.image,o)),g=`${J(c,h)}  query ${y("query")}  key ${y("key")}`;if(i<0||r.image!==a)return g;let{value:v,bound:w}=Ce({meta:c,spectra:p,tile:n,image:a},o,i,h);return`${g}  · L${s} H${d} M${o} adds ${O(v,w)} to the score of query ${J(c,i)} with this key`}function hr(e,t){if(e<=t)return e;let n=a=>(a-e%a)%a,r=Math.ceil(.6*t);return Array.from({length:t-r+1},(a,i)=>t-i).reduce((a,i)=>n(i)<n(a)?i:a)}function fr(e){return e<=4?"row":e>5&&e<=8?"block":"wall"}var yr={narrow:2,middle:4,wide:6};function Jt(e){let{store:t,data:n,signal:r}=e,o=n.meta.images.map((f,m)=>It(e,m)),a=o.length,i=l("div",{class:"gallery"},...o.map(({root:f})=>f)),s=Yt(t,r),d=Kt(),c=l("output",{class:"readout","aria-live":"polite"}),p=l("p",{class:"missing",hidden:!0}),h="This mode on the images",u=l("div",{class:"body","data-shape":fr(a),"data-count":a},s.root,d.root,l("div",{class:"hung"},p,i),c);for(let[f,m]of Object.entries(yr))u.style.setProperty(`--${f}`,String(hr(a,m)));let y=l("span",{class:"tag"}),g=D("overlay",h,[y],u);function v(f){let{mode:m,sign:M,view:S,theme:E}=t.state,$=m<f.nModes;L(p,{hidden:$}),k(p,`The maps of M${m} are not in this page: it holds M0 to M${f.nModes-1} of each head.`);let P=ke(M,f,m);for(let b of o)$?b.paint(f,P):b.clear();d.paint({meta:n.meta,view:S,sign:P,auto:M==="auto",theme:E,tile:$?f:null,mode:m})}let w=[];return{root:g,keys:["tile","layer","head","mode","image","token","sign","view","theme","hover"],paint(){let f=t.state,m=Z(f);u.dataset.layout=f.view.layout,k(y,`L${f.layer} H${f.head} M${f.mode}`),s.paint(f);let M=[m,f.mode,f.sign,f.view,f.theme];m&&M.some((S,E)=>S!==w[E])&&(w=M,v(m));for(let S of o)S.mark();m&&k(c,Qt(e,m))}}}var br=6,[gr,xr,vr]=[4,16,18];function Ie(e){let t={top:gr,bottom:92+Math.round(.6*e)},n={top:t.bottom+xr,bottom:160+e};return{bars:t,stems:n,height:n.bottom+vr}}function Zt(e,t,n){let{bars:r,stems:o,height:a}=Ie(n),i=w=>`${100*w/e}%`,s=he([-1,1],[o.bottom,o.top]),d=Array.from({length:e},(w,f)=>f),c=d.map(w=>A("rect",{class:"bar",x:i(w+.12),width:i(.76),height:1})),p=A("path",{class:"stem"}),h=A("path",{class:"dots"}),u=A("svg",{viewBox:`0 0 ${e} ${a}`,width:"100%",height:a,preserveAspectRatio:"none"},p,h),y=A("rect",{class:"cursor",y:0,height:o.bottom+4,width:i(1)}),g=A("g");return{root:A("svg",{class:"chart",height:a,role:"slider",tabindex:0,"aria-label":"mode","aria-valuemin":0,"aria-valuemax":e-1,...N},kr(),y,A("rect",{class:"band",x:0,width:"100%",y:s(t),height:s(-t)-s(t)}),A("line",{class:"rule",x1:0,x2:"100%",y1:r.bottom,y2:r.bottom}),A("line",{class:"zero",x1:0,x2:"100%",y1:s(0),y2:s(0)}),...c,u,g,...wr(e,a-4,i),...d.map(w=>A("rect",{class:"hit",x:i(w),width:i(1),height:a,"data-mode":w}))),draw(w,f,m,M){let S=he([0,w[0]??1],[r.bottom,r.top]),E=[];for(let $ of d){let P=c[$],b=S(xe(w[$],0)),x=f[$]??Number.NaN;P.setAttribute("transform",`translate(0 ${b}) scale(1 ${r.bottom-b})`),L(P,{fill:$>=m?"none":le(I(x,M))}),Number.isNaN(x)||E.push(`M${$+.5} ${s(x)}`)}p.setAttribute("d",E.map($=>`${$}V${s(0)}`).join("")),h.setAttribute("d",E.map($=>`${$}h0`).join(""))},bracket(w,f){g.replaceChildren(...Xt(e,m=>f[m]===1?-1:w[m]??-1,2).flatMap(([m,M])=>Sr(m,M,r.bottom,i)),...Xt(e,m=>f[m]===1?0:-1,1).map(([m,M])=>A("rect",{class:"null",x:i(m),width:i(M-m+1),y:r.top,height:r.bottom-r.top,fill:"url(#qk-hatch)"})))},mark:w=>L(y,{x:i(w)})}}function wr(e,t,n){let r=Math.max(1,2*Math.round(e/br/2));return Array.from({length:Math.ceil(e/r)},(o,a)=>A("text",{class:"tick",x:n(a*r+.5),y:t,"text-anchor":"middle"},`M${a*r}`))}function kr(){let e=A("line",{class:"hatch",x1:0,x2:0,y1:0,y2:5});return A("defs",{},A("pattern",{id:"qk-hatch",width:5,height:5,patternUnits:"userSpaceOnUse",patternTransform:"rotate(45)"},e))}function Sr(e,t,n,r){let[o,a]=[r(e+.5),r(t+.5)],[i,s]=[n+3,n+7];return[A("line",{class:"bracket",x1:o,x2:o,y1:i,y2:s}),A("line",{class:"bracket",x1:a,x2:a,y1:i,y2:s}),A("line",{class:"bracket",x1:o,x2:a,y1:s,y2:s})]}function Xt(e,t,n){let r=[];for(let o=0;o<e;){let a=o;for(;a+1<e&&t(a+1)===t(o);)a++;t(o)>=0&&a-o+1>=n&&r.push([o,a]),o=a+1}return r}var Mr={ArrowLeft:e=>e-1,ArrowDown:e=>e-1,ArrowRight:e=>e+1,ArrowUp:e=>e+1,Home:()=>0,End:(e,t)=>t},Ar=({circuit:e})=>e==="ov"?"value-output: left reads, right writes; the two live in different spaces (after and before a norm)":"green +: like seeks like, purple −: its opposite";function en({store:e,data:t,signal:n}){let{meta:r,spectra:o}=t,a=r.n_modes,i=Zt(a,r.mode_band,be(r)),{bars:s,stems:d}=Ie(be(r)),c=G(s.top,""),p=l("div",{class:"ylabels","aria-hidden":"true"},c,G((s.top+s.bottom)/2,"σ"),G(s.bottom,"0"),G(d.top,"1"),G((d.top+d.bottom)/2,"cos"),G(d.bottom,"−1")),h=l("output",{class:"readout"}),u=`Bars: strength σ. Colour and stems: cosine of a mode’s two directions (${Ar(r)}); grey band: chance, ±${z(r.mode_band)} (95 %)`,y=l("span",{}),g=l("p",{class:"caption"},u,y),v=l("span",{class:"tag"}),w=D("spectrum","Modes of this head",[v],l("div",{class:"plot"},p,i.root),h,g);ue(i.root,e,n),i.root.addEventListener("pointerover",S=>e.set({hoverMode:Ue(S)}),{signal:n}),i.root.addEventListener("pointerleave",()=>e.set({hoverMode:-1}),{signal:n}),i.root.addEventListener("keydown",f,{signal:n});function f(S){let E=Mr[S.key];E&&(S.preventDefault(),e.set({mode:_(E(e.state.mode,a-1),0,a-1)}))}function m(S){let{layer:E,head:$}=e.state,P=V(o.modes("singular_values",E,$)[S],q),b=V(o.modes("cosine",E,$)[S],z),x=o.caveat(E,$,S);return`M${S}  σ ${P}  cosine ${b}${x&&`  · ${x}`}`}let M="";return{root:w,keys:["layer","head","mode","hoverMode","tile","theme"],paint(){let{layer:S,head:E,mode:$,hoverMode:P,theme:b}=e.state,x=Math.max(r.embedded_modes,Z(e.state)?.nModes??0);if(M!==`${S} ${E} ${x} ${b}`){M=`${S} ${E} ${x} ${b}`;let H=o.modes("singular_values",S,E);i.draw(H,o.modes("cosine",S,E),x,b),i.bracket(o.modes("degenerate",S,E),o.modes("null",S,E)),k(c,q(H[0]??Number.NaN)),k(v,`L${S} H${E}`),k(y,x<a?`; hollow: maps not in this page (it holds M0 to M${x-1})`:"")}i.mark($);let C=m($);k(h,P>=0?m(P):C),L(i.root,{"aria-valuenow":$,"aria-valuetext":C})}}}var Tr={qk:"Near 1: tokens look for their like; near 0: for something else. ",ov:""},Er=13;function tn({store:e,data:t,signal:n}){let{n_layers:r,n_heads:o}=t.meta,a=150+be(t.meta),i=a-24,s=t.spectra.heads("head_cosine"),d=t.spectra.layers("layer_cosine"),c=t.spectra.layers("layer_band"),[p,h]=Lr([...s,...d,...c,...c.map(T=>-T)]),u=he([p,h],[i,8]),y=T=>`${100*(T+.5)/r}%`,g=Array.from({length:r},(T,R)=>R),v=Me(s).map(([T,R])=>A("circle",{class:"dot",cx:y(Math.floor(T/o)),cy:u(R),r:2.6,"data-layer":Math.floor(T/o),"data-head":T%o})),w=Me(d),f=nn(w).map(([[T,R],[U,ee]])=>A("line",{class:"mean",x1:y(T),y1:u(R),x2:y(U),y2:u(ee)})),m=A("rect",{class:"cursor",y:0,height:i,width:`${100/r}%`}),M=A("circle",{class:"ring",r:5}),S=g.map(T=>A("rect",{class:"hit",x:`${100*T/r}%`,width:`${100/r}%`,y:0,height:a,"data-layer":T})),E=Math.ceil(r/Er),$=g.filter(T=>T%E===0).map(T=>A("text",{class:"tick",x:y(T),y:a-8,"text-anchor":"middle"},String(T))),P=A("svg",{class:"chart",height:a,role:"img"},m,Nr(r,c,u,a),A("line",{class:"zero",x1:0,x2:"100%",y1:u(0),y2:u(0)}),A("line",{class:"rule",x1:0,x2:"100%",y1:i,y2:i}),...f,M,...S,...v,...w.map(([T,R])=>A("circle",{class:"mean-dot",cx:y(T),cy:u(R),r:2.2})),...$),b=l("div",{class:"ylabels","aria-hidden":"true"});b.append(...Pr([p,h]).map(T=>G(u(T),z(T))));let x=l("output",{class:"readout"}),C=D("trend","Weighted mean cosine by layer",[],l("div",{class:"plot"},b,P),l("p",{class:"xlabel"},"layer"),x,l("p",{class:"caption"},`${Tr[t.meta.circuit??"qk"]}Line: mean of the heads; dots: single heads; band: chance for the mean (95 %)`),$r(d,c));P.addEventListener("click",T=>{let{layer:R,head:U}=T.target.dataset;R!==void 0&&e.set({layer:Number(R),...U!==void 0&&{head:Number(U)}})},{signal:n});let H="";return{root:C,keys:["layer","head","theme"],paint(){let{layer:T,head:R,theme:U}=e.state;if(H!==U){H=U;for(let[mn,[,pn]]of Me(s).entries())v[mn]?.setAttribute("fill",le(I(pn,U)))}let ee=s[T*o+R]??Number.NaN;L(m,{x:`${100*T/r}%`});let De=Number.isFinite(ee);L(M,{cx:y(T),cy:De&&u(ee),visibility:De?void 0:"hidden"});let We=`L${T}  mean ${V(d[T],z)}  chance ${rn(c[T])}  H${R} ${V(ee,z)}`;k(x,We),L(P,{"aria-label":`Weighted mean cosine over layers. ${We}`})}}}var Me=e=>Array.from(e,(t,n)=>[n,t]).filter(([,t])=>Number.isFinite(t)),nn=e=>e.slice(1).flatMap((t,n)=>{let r=e[n];return r&&r[0]+1===t[0]?[[r,t]]:[]}),rn=e=>V(e,t=>`±${q(t,2)}`);function $r(e,t){let n=(...o)=>l("tr",{},...o.map(a=>l("td",{},a))),r=Array.from(e,(o,a)=>n(`L${a}`,V(o,z),rn(t[a])));return l("table",{class:"unseen-table"},l("tbody",{},n("layer","mean","chance"),...r))}function Lr(e){let t=e.filter(Number.isFinite),n=Math.min(0,...t),r=Math.max(.1,...t),o=.05*(r-n);return[n-o,r+o]}function Pr([e,t]){let n=[.05,.1,.25].find(o=>(t-e)/o<=6)??.5,r=Math.floor(t/n)-Math.ceil(e/n)+1;return Array.from({length:r},(o,a)=>(Math.ceil(e/n)+a)*n)}function Nr(e,t,n,r){let o=(i,s)=>`${i+.5} ${n(s)}`,a=nn(Me(t)).map(([[i,s],[d,c]])=>`M${o(i,s)}L${o(d,c)}L${o(d,-c)}L${o(i,-s)}z`);return A("svg",{viewBox:`0 0 ${e} ${r}`,width:"100%",height:r,preserveAspectRatio:"none"},A("path",{class:"band",d:a.join("")}))}var Ae=class{#t;#e;#r=Math.random().toString(36).slice(2,8);#o=0;#n;#a;#i=new Map;#s;#d=!1;constructor(t,n,r){this.#t=t,this.#e=n,t.on("msg:custom",(o,a)=>this.#u(o,a),r),r.addEventListener("abort",()=>{clearTimeout(this.#s),this.#i.clear()},{once:!0})}get pending(){return this.#i.size}get busy(){return this.#n!==void 0}ask(t){this.#a=this.#n&&Cr(this.#n.wish,t)?void 0:t,this.#n||this.#l()}forget(){this.#a=void 0}#l(){let t=this.#a;if(!t)return;this.#a=void 0;let n={id:`${this.#r}-${this.#o++}`,wish:t,acknowledged:!1};this.#n=n;for(let[r,{acknowledged:o}]of this.#i)o||this.#i.delete(r);this.#i.set(n.id,n),this.#s=setTimeout(()=>this.#c(n),2e3),this.#t.send({kind:"need",id:n.id,...t})}#c(t){this.#n!==t||t.acknowledged||(this.#n=void 0,this.#d=!0,this.#e.silence(),this.#l())}#u(t,n=[]){let{kind:r,id:o="",message:a}=t,i=this.#i.get(o);i&&(r==="ack"?(i.acknowledged=!0,this.#n===i&&clearTimeout(this.#s),this.#d&&this.#e.heard(),this.#d=!1):(r==="tile"||r==="error")&&(this.#i.delete(o),this.#n===i&&(clearTimeout(this.#s),this.#n=void 0),r==="tile"?this.#e.answer(i.wish,n):this.#e.error(a??"The kernel could not answer."),this.#n||this.#l()))}},Cr=(e,t)=>JSON.stringify(e)===JSON.stringify(t);var ge=class{layer;head;nModes;nTokens;nBytes;biasKey;biasQuery;constant;#t;#e;#r;#o;#n;#a;constructor(t,n,r){let o=fe(t);this.layer=n,this.head=r,this.nBytes=t.length;let[,a=0,i=0]=B(o,"query").shape;this.nModes=a,this.nTokens=i,this.#t=new W(o,"query"),this.#e=new W(o,"key"),this.biasKey=new W(o,"bias_key"),this.biasQuery=new W(o,"bias_query"),this.constant=new W(o,"constant"),this.#r=B(o,"sign").data,this.#o=B(o,"range").data,this.#n=o.has("rows")?new W(o,"rows"):void 0,this.#a=o.get("rows")?.shape[1]??0}get exact(){return this.#t.exact}projections(t,n,r){return this.#i(t).row(n*this.nModes+r)}projection(t,n,r,o){return this.#i(t).at(n*this.nModes+r,o)}bound(t,n,r){return this.#i(t).bound(n*this.nModes+r)}autoSign(t){return(this.#r[t]??1)<0?"-":"+"}range(t,n){return this.#o[(t==="query"?0:this.nModes)+n]??0}scoreRow(t,n){if(!this.#n||n<0||n>=this.#a)return;let r=t*this.#a+n;return{scores:this.#n.row(r),bound:this.#n.bound(r)}}#i(t){return t==="query"?this.#t:this.#e}};var qr=120,Rr=64e6,on=({layer:e,head:t})=>`L${e} H${t}`,F=({layer:e,head:t})=>`L${e}H${t}`,Te=class{#t;#e;#r;#o=new Set;#n=new Map;#a;#i;#s=!1;constructor(t,n,r,o){this.#t=n.tiles??{},this.#r=r;let a={answer:(i,[s])=>{this.#h(i,s)},error:i=>r.error(i),silence:()=>this.#u(),heard:()=>{this.#s=!1,r.heard()}};n.live&&(this.#e=new Ae(t,a,o)),o.addEventListener("abort",()=>clearTimeout(this.#i),{once:!0})}get pending(){return this.#e?.pending??0}async want(t,n){let r={layer:t,head:n};this.#a=r,clearTimeout(this.#i),this.#e?.forget();let o=this.#n.get(F(r));(!o||!this.#o.has(F(r)))&&this.#d(r),o?this.#p(o):this.#l(r)&&await this.#c(r)}#d(t){let n=this.#e;n?this.#l(t)&&!n.busy?this.#i=setTimeout(()=>n.ask(t),qr):n.ask(t):this.#l(t)||this.#r.error(`The maps of ${on(t)} are not in this page.`)}#l(t){return!at(this.#t[F(t)])}async#c(t){try{let n=await ne(this.#t[F(t)]),r=new ge(n,t.layer,t.head);this.#o.has(F(t))||this.#m(r)}catch(n){this.#r.error(`${on(t)} could not be read. ${n.message}`)}}#u(){let t=this.#a!==void 0&&this.#l(this.#a);(!this.#s||!t)&&this.#r.silence(t),this.#s=!0}async#h(t,n){try{let r=new ge(await ne(n),t.layer,t.head);this.#o.add(F(t)),this.#m(r)}catch(r){this.#r.error(r.message)}}#m(t){this.#n.set(F(t),t);let n=[...this.#n.values()].reduce((r,{nBytes:o})=>r+o,0);for(let[r,{nBytes:o}]of this.#n){if(n<=Rr||r===F(t))break;this.#n.delete(r),this.#o.delete(r),n-=o}this.#p(t)}#p(t){!this.#a||F(t)!==F(this.#a)||(this.#n.delete(F(t)),this.#n.set(F(t),t),this.#r.tile(t))}};var _r=200,Br="The kernel does not answer; until it does, numbers are those embedded in this view.",Hr="The maps of this head are not embedded in this view, and no kernel answers. Run the notebook's cells again.";async function an(e,t,n,r){let o,a=()=>{clearTimeout(o),t.removeAttribute("data-waiting")},i=()=>{clearTimeout(o),o=setTimeout(()=>t.setAttribute("data-waiting",""),_r)};r.addEventListener("abort",a,{once:!0});let s=new Te(e,{tiles:e.get("tiles"),live:e.get("live")},{tile(c){a(),n.set({tile:c,error:""})},error:c=>n.set({error:c}),silence:c=>n.set(c?{note:Br}:{error:Hr}),heard:()=>n.set({note:"",error:""})},r),d=()=>(Z(n.state)||i(),s.want(n.state.layer,n.state.head));n.watch(["layer","head"],()=>{d()},r),await d()}var Or=120;function ln(e,t,n){let r=0,o;function a(){let{top:s,height:d}=e.getBoundingClientRect(),c=s-r,p=t.getBoundingClientRect().bottom-c-d;r=getComputedStyle(e).position==="sticky"&&p>0?Math.round(_(Fr(t)-c,0,p)):0,e.style.transform=r?`translateY(${r}px)`:"",e.removeAttribute("data-adrift")}let i=()=>{clearTimeout(o),o=setTimeout(a,Or),e.toggleAttribute("data-adrift",r>0)};document.addEventListener("scroll",i,{capture:!0,passive:!0,signal:n}),globalThis.addEventListener("resize",i,{signal:n}),n.addEventListener("abort",()=>clearTimeout(o),{once:!0})}function Fr(e){let t=0;for(let n=sn(e);n&&n!==document.documentElement;n=sn(n))n!==document.body&&getComputedStyle(n).overflowY!=="visible"&&(t=Math.max(t,n.getBoundingClientRect().top));return t}function sn(e){let t=e.getRootNode();return e.parentElement??(t instanceof ShadowRoot?t.host:null)}var Ur={grid:Ot,spectrum:en,overlay:Jt,trend:tn,attention:Ct},dn=["overlay","attention"],Vr=["meta","spectra","pictures","tiles","live","panels"],jr={palette:"red-cyan",scale:"signed",layout:"overlay",threshold:0,number:"",rank:"share"};async function cn({model:e,root:t,signal:n,onTheme:r}){let o;n.addEventListener("abort",()=>o?.abort(),{once:!0});async function a(){o?.abort(),o=new AbortController,await zr({model:e,root:t,signal:o.signal,onTheme:r})}let i=!1,s=()=>{i||(i=!0,queueMicrotask(()=>{i=!1,n.aborted||a()}))};for(let d of Vr)e.on(`change:${d}`,s,n);await a()}async function zr(e){let{model:t,root:n,signal:r}=e,o=a=>t.get(a);try{let a=await pt({meta:o("meta"),spectra:o("spectra"),pictures:o("pictures")},r);if(r.aborted)return;await Ir(e,a,o("panels"))}catch(a){if(r.aborted)return;n.replaceChildren(un(a.message))}r.aborted||(n.dataset.ready="1")}async function Ir(e,t,n){let{model:r,root:o,signal:a,onTheme:i}=e,s=new we(Wr(r),a),d={store:s,data:t,signal:a},c=n.filter(m=>t.meta.images.length>0||!dn.includes(m)),p=qt(d),h=Dr(d,o,r.get("live")),u=c.map(m=>({...Ur[m](d),aboutImages:dn.includes(m)})),y=()=>s.set(Rt(t,s.state));y(),s.watch(["layer","head","mode","image"],y,a),ht(r,s,je,a);let v=u.some(({aboutImages:m})=>m)?an(r,o,s,a):void 0;for(let{keys:m,paint:M}of[p,h,...u])s.watch(m,M,a);i(m=>s.set({theme:m}),a);for(let{paint:m}of[p,h,...u])m();let w=[!1,!0].map(m=>({images:m,roots:u.filter(M=>M.aboutImages===m)})).filter(({roots:m})=>m.length).map(({images:m,roots:M})=>l("div",{class:`tier ${m?"images":"weights"}`,"data-count":m&&t.meta.images.length},...M.map(S=>S.root))),f=t.meta.left_out.length?[l("p",{class:"note"},t.meta.left_out.join(" "))]:[];o.replaceChildren(p.root,...h.roots,l("div",{class:"panels"},...w),...f,gt(t,c)),ln(p.root,o,a),await v,a.aborted||s.flush()}function Dr({store:e},t,n){let r=un(""),o=l("p",{class:"note",role:"status","data-live":n,"data-testid":"qk-note"});return{roots:[r,o],keys:["error","note","view"],paint(){k(r,e.state.error),k(o,e.state.note),t.dataset.qkPalette=e.state.view.palette}}}var un=e=>l("p",{class:"error",role:"alert","data-testid":"qk-error"},e);function Wr(e){let t=Object.fromEntries(je.map(n=>[n,e.get(n)]));return{...t,view:{...jr,...t.view},theme:"light",tile:null,hover:null,hoverMode:-1,keyToken:-1,error:"",note:""}}var Xi=Qe({css:[Ze,et,Xe,Je,nt,tt].join(`
`),render:cn});export{Xi as default};
