// A terse Playwright reporter: a line a test, what failed in full, the ten slowest, what passed only at its second try, a count
// a project, and last "N passed, N failed".
const SLOWEST = 10;

/** @implements {import('@playwright/test/reporter').Reporter} */
export default class Reporter {
  #counts = new Map();
  #errors = [];
  #times = [];
  #flaky = [];
  #begin = Date.now();

  onTestEnd(test, result) {
    const project = test.parent.project()?.name ?? '';
    const count = this.#counts.get(project) ?? { passed: 0, failed: 0, skipped: 0 };
    this.#counts.set(project, count);
    const state = result.status === 'passed' ? 'passed' : result.status === 'skipped' ? 'skipped' : 'failed';
    // A test that is tried again counts once, by its last try.
    const again = state === 'failed' && result.retry < test.retries;
    if (!again) count[state]++;
    const title = test.titlePath().slice(2).join(' › ');
    if (state === 'passed' && result.retry > 0) this.#flaky.push(title);
    this.#times.push({ title, seconds: result.duration / 1000 });
    const mark = { passed: '✓', skipped: '-', failed: '✗' }[state];
    console.log(`${mark} ${title} (${(result.duration / 1000).toFixed(1)} s)${again ? ', is tried again' : ''}`);
    if (state === 'failed') this.#errors.push(`✗ ${title}\n${result.errors.map((e) => e.stack ?? e.message ?? e.value).join('\n')}`);
  }

  onStdOut(chunk) {
    process.stdout.write(chunk);
  }

  onStdErr(chunk) {
    process.stderr.write(chunk);
  }

  onError(error) {
    this.#errors.push(error.stack ?? error.message ?? String(error.value));
  }

  onEnd(result) {
    for (const error of this.#errors) console.log(`\n${error}`);
    console.log(`\nThe ${SLOWEST} slowest:`);
    for (const { title, seconds } of this.#times.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST)) console.log(`${seconds.toFixed(1).padStart(7)} s  ${title}`);
    if (this.#flaky.length > 0) console.log(`\n${this.#flaky.length} flaky, which passed only at the second try:\n${this.#flaky.map((title) => `  ${title}`).join('\n')}`);
    console.log('');
    const total = { passed: 0, failed: 0, skipped: 0 };
    for (const [project, count] of this.#counts) {
      console.log(`${project}: ${count.passed} passed, ${count.failed} failed${count.skipped ? `, ${count.skipped} skipped` : ''}`);
      for (const key of Object.keys(total)) total[key] += count[key];
    }
    console.log(`in ${((Date.now() - this.#begin) / 1000).toFixed(0)} s`);
    // An error outside any test (a file that does not load, a server that does not start) is a failure too.
    if (result.status !== 'passed' && total.failed === 0) total.failed = Math.max(1, this.#errors.length);
    console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
  }
}
