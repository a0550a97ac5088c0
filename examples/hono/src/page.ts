/** Needs no build: the protocol is plain JSON. */
export const page = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Notice board</title>
  <style>
    body { font: 1rem/1.5 system-ui; max-width: 36rem; margin: 2rem auto; padding: 0 1rem }
    li { overflow-wrap: anywhere }
  </style>
  <h1>Notice board</h1>
  <form><label>Notice <input name="text" maxlength="200" required /></label> <button>Pin it</button></form>
  <ul aria-live="polite"></ul>
  <script type="module">
    const list = document.querySelector("ul");
    new WebSocket(location.href.replace("http", "ws") + "ws").onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data);
      if (type === "NOTICE") list.prepend(Object.assign(document.createElement("li"), { textContent: payload.text }));
    };
    document.forms[0].onsubmit = async (event) => {
      event.preventDefault();
      const body = JSON.stringify(Object.fromEntries(new FormData(event.target)));
      await fetch("/notices", { method: "POST", body });
      event.target.reset();
    };
  </script>
</html>`;
