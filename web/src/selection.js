// The run that the detailed sections show: one for all of them, changed in any of them.
import { detailedRuns } from './data.js';
import { redrawFigures } from './figure.js';
import { oneOfMany, runName } from './choice.js';

export class Selection {
  /** To begin with the best initialization's, else the first. */
  constructor(data) {
    this.runs = detailedRuns(data);
    const best = (data.summary.find((row) => row.is_best) || {}).init;
    this.index = Math.max(0, this.runs.findIndex((run) => run.init === best));
    this.lists = [];
    this.listeners = [];
  }

  get run() {
    return this.runs[this.index];
  }

  /** Its name where there are several, for what is printed. */
  get name() {
    return this.runs.length > 1 ? runName(this.run) : '';
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  choose(index) {
    if (index < 0 || index === this.index) return;
    this.index = index;
    this.lists.forEach((list) => { list.value = String(index); });
    this.listeners.forEach((listener) => listener());
    redrawFigures();
  }

  chooseInit(init) {
    this.choose(this.runs.findIndex((run) => run.init === init));
  }

  /** A list to choose from; nothing where there is one run only. */
  control() {
    if (this.runs.length < 2) return null;
    const label = oneOfMany('Run', this.runs.map((run, i) => ({ value: String(i), text: runName(run) })), String(this.index),
      (value) => this.choose(Number(value)));
    this.lists.push(label.querySelector('select'));
    return label;
  }
}
