// A terse Playwright reporter: a line a test, what failed in full, a count a project, and last "N passed, N failed".
/** @implements {import('@playwright/test/reporter').Reporter} */
export default class Reporter {
  #counts = new Map();
  #errors = [];

  onTestEnd(test, result) {
    const project = test.parent.project()?.name ?? '';
    const count = this.#counts.get(project) ?? { passed: 0, failed: 0, skipped: 0 };
    this.#counts.set(project, count);
    const state = result.status === 'passed' ? 'passed' : result.status === 'skipped' ? 'skipped' : 'failed';
    // A test that is tried again counts once, by its last try; that it took two is printed.
    const again = state === 'failed' && result.retry < test.retries;
    if (!again) count[state]++;
    else console.log('The next test failed once and is tried again:');
    const title = test.titlePath().slice(2).join(' › ');
    console.log(`${{ passed: '✓', skipped: '-', failed: '✗' }[state]} ${title} (${(result.duration / 1000).toFixed(1)} s)`);
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
    console.log('');
    const total = { passed: 0, failed: 0, skipped: 0 };
    for (const [project, count] of this.#counts) {
      console.log(`${project}: ${count.passed} passed, ${count.failed} failed${count.skipped ? `, ${count.skipped} skipped` : ''}`);
      for (const key of Object.keys(total)) total[key] += count[key];
    }
    // An error outside any test (a file that does not load, a server that does not start) is a failure too.
    if (result.status !== 'passed' && total.failed === 0) total.failed = Math.max(1, this.#errors.length);
    console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
  }
}
