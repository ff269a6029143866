// Notes on the page with sliders when moves come, when they are painted, and which bands are drawn.
(() => {
  const fresh = () => ({ painted: [], rough: [], whole: [], tasks: [], frames: 0, answers: 0 });
  const load = { ready: 0, whole: 0, task: 0 };
  let noted = fresh();
  let [waiting, begun, last] = [[], null, null];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      noted.tasks.push(duration);
      if (!load.whole) load.task = Math.max(load.task, duration);
    }
  }).observe({ entryTypes: ["longtask"] });
  const afterFrame = (done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), done(performance.now()));
    port2.postMessage(null);
  };
  addEventListener("input", (event) => (waiting.push(event.timeStamp), (begun = event.timeStamp)), true);
  addEventListener("keydown", (event) => (waiting.push(event.timeStamp), (begun = event.timeStamp)), true);
  // The page says with each drawing whether curves are new, and which bands it has.
  addEventListener("twintrack-drawn", ({ detail }) => {
    const { moved, answer, whole, stale } = detail;
    const [moves, since] = [moved ? waiting : [], begun];
    if (moved) waiting = [];
    const drawn = `${answer} ${whole}`; // rough bands and those of all worlds have one number
    const fresh = answer !== null && drawn !== last;
    last = drawn;
    afterFrame((now) => {
      if (moves.length) noted.frames++;
      if (moves.length) noted.painted.push(now - moves[0]);
      if (fresh) noted.answers++;
      if (!load.ready) load.ready = now;
      if (!load.whole && whole) load.whole = now;
      if (since === null || stale || !fresh) return;
      if (noted.rough.length === noted.whole.length) noted.rough.push(now - since);
      if (whole) {
        noted.whole.push(now - since);
        begun = null;
      }
    });
  }, true);
  const take = () => {
    const found = noted;
    noted = fresh();
    waiting = [];
    return found;
  };
  window.watched = { take, loading: () => load };
})();
