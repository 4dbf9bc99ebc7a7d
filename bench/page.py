"""How fast the live page is, in a real browser: first chart after start, key to repaint, updates while dragging.

    python bench/page.py            # needs playwright (test extra) and a Chromium

Latency is from the slider's input event to the frame in which all charts stand redrawn for that position.
"""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import time

from playwright.sync_api import Page, sync_playwright

WATCH = """(id) => {
  const moved = new Map(), found = window.found = { latency: [], drawn: [] };
  const slider = document.getElementById(id);
  slider.addEventListener("input", () => moved.set(slider.valueAsNumber, performance.now()), true);
  new PerformanceObserver((list) => {
    for (const mark of list.getEntries()) {
      const begun = moved.get(mark.detail.state.values[id]);
      if (begun === undefined || mark.detail.runs > 10000) continue;
      found.drawn.push(mark.startTime);
      found.latency.push(mark.startTime - begun);
      moved.delete(mark.detail.state.values[id]);
    }
  }).observe({ type: "mark" });
}"""


def median_ms(times: list[float]) -> str:
    times = sorted(times)
    return f"median {statistics.median(times):4.0f} ms, nine of ten under {times[int(0.9 * len(times))]:4.0f} ms"


def keys(page: Page, slider: str, presses: int) -> list[float]:
    """One key at a time, each after the last is drawn."""
    page.evaluate(WATCH, slider)
    page.focus(f"#{slider}")
    for press in range(presses):
        page.keyboard.press("ArrowRight")
        while page.evaluate("window.found.latency.length") <= press:
            time.sleep(0.01)
    return page.evaluate("window.found.latency")


def drag(page: Page, slider: str, seconds: float) -> tuple[list[float], float]:
    """Sweep the slider to and fro; latencies, and updates a second."""
    page.evaluate(WATCH, slider)
    box = page.locator(f"#{slider}").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    begun = time.perf_counter()
    while (passed := time.perf_counter() - begun) < seconds:
        part = 0.5 + 0.4 * (abs((passed / 2.0) % 2.0 - 1.0) - 0.5)
        page.mouse.move(box["x"] + part * box["width"], middle)
        time.sleep(0.03)
    page.mouse.up()
    found = page.evaluate("window.found")
    span = (found["drawn"][-1] - found["drawn"][0]) / 1000.0
    return found["latency"], (len(found["drawn"]) - 1) / span


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--chromium", default=shutil.which("chromium"))
    chosen = options.parse_args()
    subprocess.run([sys.executable, "-c", "from ldip.web.engine import load; load()"], check=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen.chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto("about:blank")
        begun = time.perf_counter()
        command = [sys.executable, "-c", "from ldip.cli import run; run()", "web", "--no-browser", "--port", "0"]
        serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            address = re.search(r"http\S+", serving.stdout.readline()).group()
            print(f"address after     {time.perf_counter() - begun:5.2f} s")
            page.goto(address)
            page.wait_for_selector("#chart-debt_ratio .median[d]", state="attached")
            print(f"first chart after {time.perf_counter() - begun:5.2f} s")
            page.wait_for_selector("#settled:not(:empty)", state="attached")
            print(f"100 000 runs after{time.perf_counter() - begun:5.2f} s")
            time.sleep(5)  # the compiled engine is loaded by now
            for slider in ("tax", "rate", "pace", "renewal"):
                print(f"{slider:8} key to repaint: {median_ms(keys(page, slider, 15))}")
                time.sleep(3)
            for slider in ("tax", "rate", "pace"):
                latencies, updates = drag(page, slider, 4.0)
                print(f"{slider:8} dragging: {updates:4.1f} updates a second, {median_ms(latencies)}")
                time.sleep(3)
        finally:
            serving.terminate()
        browser.close()


if __name__ == "__main__":
    main()
