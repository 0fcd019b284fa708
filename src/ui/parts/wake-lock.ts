/** Keeps the screen on while a study runs: a laptop that falls asleep mid-training loses an afternoon. */
export class WakeLock {
  private wanted = false;
  private lock: WakeLockSentinel | null = null;

  constructor() {
    // The browser lets the lock go with every hidden tab; it is asked for again when the tab returns.
    document.addEventListener('visibilitychange', () => void this.sync());
  }

  hold(wanted: boolean): void {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    void this.sync();
  }

  private async sync(): Promise<void> {
    if (!this.wanted) {
      await this.lock?.release();
      this.lock = null;
    } else if (document.visibilityState === 'visible' && 'wakeLock' in navigator && (!this.lock || this.lock.released)) {
      // Refused on low battery; training goes on without it.
      this.lock = await navigator.wakeLock.request('screen').catch(() => null);
    }
  }
}
