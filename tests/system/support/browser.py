"""A headless Chromium, spoken to over a pair of pipes (--remote-debugging-pipe): no port, no driver, no further package."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

from straycat import skip


def chromium():
    """The browser's path, or a skip."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        skip("no Chromium (Debian's package chromium) is installed")
    return found


class Browser:
    """One browser with one tab. Everything the page asks of the network, the console and the dialogs is kept."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="straycat-test-browser-")
        to_browser, self.to = os.pipe()
        self.back, from_browser = os.pipe()
        # The browser reads commands from descriptor 3 and writes answers to 4. Moved in a shell of its own: the numbers
        # may be taken in this process.
        command = [chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
                   f"--user-data-dir={self.profile.name}", "--window-size=1280,800", "--hide-scrollbars", "--disable-background-networking", "about:blank"]
        self.process = subprocess.Popen(["/bin/bash", "-c", f'exec 3<&{to_browser} 4>&{from_browser} "$@"', "bash", *command], pass_fds=(to_browser, from_browser),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self.next, self.buffer, self.events, self.session = 0, b"", [], None
        self.complaints, self.requests, self.dialogs = [], [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.session = None
            self.send("Browser.close")
            self.process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, 9)
            self.process.wait()
        os.close(self.to)
        os.close(self.back)
        for _ in range(50):  # its children may still write into the profile
            try:
                self.profile.cleanup()
                return
            except OSError:
                time.sleep(0.1)

    # --- the protocol: JSON messages that end with a zero byte ---

    def send(self, method, **params):
        self.next += 1
        message = {"id": self.next, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        return self.next

    def call(self, method, timeout=300, **params):
        number = self.send(method, **params)
        deadline = time.monotonic() + timeout
        while True:
            message = self.receive(deadline)
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.note(message)

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.back], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            data = os.read(self.back, 1 << 20)
            if not data:
                raise RuntimeError("the browser is gone")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def note(self, message):
        method, params = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(params["exceptionDetails"].get("exception", {}).get("description") or params["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.complaints.append(str([argument.get("value") for argument in params["args"]]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.javascriptDialogOpening":
            self.dialogs.append(params["message"])
            self.send("Page.handleJavaScriptDialog", accept=False)
        self.events.append(method)

    # --- what a person does ---

    def open(self, url):
        """Loads a page whole, and forgets what the one before it asked for."""
        self.call("Page.navigate", url="about:blank")
        self.complaints, self.requests, self.dialogs = [], [], []
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + 60
        while self.evaluate("location.href !== 'about:blank' && document.readyState === 'complete'") is not True:
            if time.monotonic() > deadline:
                raise TimeoutError("the page does not load")
        self.settle()

    def evaluate(self, expression, timeout=300):
        result = self.call("Runtime.evaluate", timeout=timeout, expression=expression, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def settle(self):
        """Until the page has drawn what it was told."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.settle()

    def media(self, scheme="light", kind=""):
        self.call("Emulation.setEmulatedMedia", media=kind, features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.settle()

    def press(self, key, text=None):
        codes = {"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowRight": 39, "+": 187, "-": 189, "0": 48, ".": 190, ",": 188}
        down = {"key": key, "windowsVirtualKeyCode": codes[key]}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text or len(key) == 1 else "rawKeyDown", text=text or (key if len(key) == 1 else ""), **down)
        self.call("Input.dispatchKeyEvent", type="keyUp", **down)
        self.settle()

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, selector):
        x, y = self.evaluate(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}}); "
                             "const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, x, y, button="left", clickCount=1)
        self.settle()

    def picture(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
