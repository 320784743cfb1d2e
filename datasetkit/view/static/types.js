/**
 * What the server says, as `GET /state` gives it. Only types: nothing imports this file at run time.
 *
 * @typedef {{id: string, seconds: number}} Model
 * @typedef {{text: string, kind: "kept"|"removed"|"added"|"effect"|"trigger"|"subject"}} TextRun
 * @typedef {{code: string, name: string, severity: "error"|"warning"|"advice", place: string, message: string,
 *   remedy: string, command: string, diff: TextRun[]}} Remark
 * @typedef {{subject: string, effect: TextRun[], missing: boolean}} Caption
 * @typedef {{name: string, start: number, seconds: number, keep: boolean, reason: string, caption: Caption}} Window
 * @typedef {{url: string, alt: string, caption: string}} Picture
 * @typedef {{which: "first"|"last", image: Picture|null, frame: Picture|null, differs: boolean}} Compared
 * @typedef {{values: number[], seconds: number, cuts: number[], spans: {start: number, end: number, what: string}[],
 *   onset: number|null, text: string}} Curve
 * @typedef {{url: string, alt: string, seconds: number[], width: number, height: number}} Strip
 * @typedef {{choices: string[], chosen: string|null, open: boolean}} Persons
 * @typedef {{id: string, version: number, path: string, facts: string[], seconds: number, rate: [number, number],
 *   frames: number, severity: ""|"error"|"warning"|"advice", ready: boolean, plays: ""|"original"|"preview",
 *   fault: string, strip: Strip|null, compared: Compared[], curve: Curve|null, windows: Window[],
 *   findings: Remark[], persons: Persons|null}} Clip
 * @typedef {{version: number, folder: string, kind: "raw"|"dataset"|"picks", model: Model|null,
 *   unsaved: {edits: number, files: string[]}, undo: string|null, redo: string|null,
 *   working: {done: number, total: number}|null, stale: string[], open: number, findings: Remark[], next: string,
 *   order: string[], clips: Clip[]}} State
 */
export {};
