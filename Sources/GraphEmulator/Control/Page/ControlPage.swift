/// The page of the admin side: what was sent, as it happens, and everything that can be done to the emulator.
///
/// It needs nothing from elsewhere, and works under a content security policy that allows scripts and styles of the same
/// origin only.
enum ControlPage {
    /// The page, to be served at `/`.
    static let html = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Graph emulator</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Crect
         width='24' height='24' rx='6' fill='%236d3fb8'/%3E%3Cpath d='M5 13h3l2.5-6 3 11 2.5-5h3' fill='none' stroke='%23fff'
         stroke-width='2' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E">
        <link rel="stylesheet" href="emulator.css">
        <script type="module" src="emulator.js"></script>
        </head>
        <body>
        <header>
          <h1>
            <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true">
              <rect width="24" height="24" rx="6" class="mark"></rect>
              <path d="M5 13h3l2.5-6 3 11 2.5-5h3" class="pulse"></path>
            </svg>
            Graph emulator
          </h1>
          <p class="pill" id="pill" data-state="connecting"><span id="state" role="status">Connecting</span></p>
          <p id="graph" class="code"></p>
          <button type="button" id="act">Let something happen</button>
          <button type="button" id="reset" class="danger">Begin anew</button>
        </header>

        <main>
          <noscript><p class="notice">This page works with JavaScript; please allow it here.</p></noscript>
          <p class="notice" id="problem" role="alert" hidden></p>

          <section class="glance" aria-label="At a glance">
            <div class="figure wide">
              <h2>Clock</h2>
              <p class="number" id="now">–</p>
              <p class="buttons" id="modes" role="group" aria-label="How time passes">
                <button type="button" data-mode="real">Real</button>
                <button type="button" data-mode="scaled" data-rate="60">60×</button>
                <button type="button" data-mode="scaled" data-rate="3600">3600×</button>
                <button type="button" data-mode="stepped">Stepped</button>
              </p>
              <p class="buttons" id="advance" role="group" aria-label="Move the clock forward">
                <button type="button" data-by="PT1M">+1 min</button>
                <button type="button" data-by="PT15M">+15 min</button>
                <button type="button" data-by="PT1H">+1 h</button>
                <button type="button" data-by="PT4H">+4 h</button>
                <button type="button" data-by="P1D">+1 day</button>
              </p>
            </div>
            <div class="figure"><h2>Deliveries</h2><p class="number" id="count-deliveries">–</p></div>
            <div class="figure"><h2>Waiting</h2><p class="number" id="count-waiting">–</p></div>
            <div class="figure"><h2>Withheld</h2><p class="number" id="count-withheld">–</p></div>
            <div class="figure"><h2>Messages</h2><p class="number" id="count-messages">–</p></div>
          </section>

          <section class="panel" aria-labelledby="subscriptions-title">
            <div class="bar"><h2 id="subscriptions-title">Subscriptions</h2><p id="subscriptions-note">none yet</p></div>
            <ul id="subscriptions" role="list"></ul>
          </section>

          <section class="panel" aria-labelledby="deliveries-title">
            <div class="bar">
              <h2 id="deliveries-title">Deliveries</h2>
              <p id="deliveries-note">none yet</p>
              <label class="right">Show
                <select id="outcome">
                  <option value="">all</option><option>sending</option><option>waiting</option><option>delivered</option>
                  <option>lost</option><option>dropped</option>
                </select>
              </label>
            </div>
            <ol id="deliveries" role="list" aria-label="Deliveries, newest first"></ol>
          </section>

          <div class="pair">
            <section class="panel" aria-labelledby="endpoints-title">
              <div class="bar"><h2 id="endpoints-title">Endpoints</h2><p id="endpoints-note">none has answered yet</p></div>
              <ul id="endpoints" role="list"></ul>
            </section>

            <section class="panel" aria-labelledby="faults-title">
              <div class="bar">
                <h2 id="faults-title">Faults</h2><p id="faults-note">none is set</p>
                <p class="buttons right">
                  <button type="button" id="throttle" aria-pressed="false">Throttle subscriptions</button>
                  <button type="button" id="throttle-mute">Throttle, no Retry-After</button>
                </p>
              </div>
              <ul id="faults" role="list"></ul>
              <form id="fault-form">
                <label>What <select id="effect">
                  <option value="status">answer with a status</option><option value="delay">delay</option>
                  <option value="timeout">no answer in time</option><option value="drop">drop</option>
                  <option value="doneButStatus">done, but answer with a status</option>
                  <option value="slowAnswer">slow answer</option><option value="duplicate">duplicate</option>
                  <option value="reorder">reorder</option><option value="missed">lose, and say so</option>
                  <option value="removal">remove the subscription</option>
                  <option value="content">wrong content, signature or certificate</option>
                  <option value="tokens">wrong validation tokens</option>
                </select></label>
                <label data-for="status doneButStatus">Status <input id="status" type="number" min="200" max="599" value="503"></label>
                <label data-for="delay slowAnswer">For <input id="duration" value="4s" size="6"></label>
                <label data-for="content">Flaw <select id="content-flaw">
                  \#(Self.options(Fault.ContentFlaw.self))
                </select></label>
                <label data-for="tokens">Flaw <select id="token-flaw">
                  \#(Self.options(Fault.TokenFlaw.self))
                </select></label>
                <label>Where <select id="place">
                  <option value="">every delivery</option><option value="route">requests like</option>
                  <option value="subscription">subscription</option><option value="endpoint">endpoint</option>
                </select></label>
                <label id="where-label" hidden><span class="unseen">Which</span> <input id="where" size="24"></label>
                <label>Times <input id="count" type="number" min="1" placeholder="always"></label>
                <label>Chance <input id="probability" type="number" min="0" max="1" step="0.05" placeholder="1"></label>
                <button type="submit">Add fault</button>
              </form>
            </section>
          </div>

          <section class="panel" aria-labelledby="tenants-title">
            <div class="bar">
              <h2 id="tenants-title">Tenants</h2><p id="tenants-note">none</p>
              <p class="buttons right">
                <button type="button" id="rotate">Rotate the signing key</button>
                <button type="button" id="seed">Begin anew with a seed…</button>
                <input type="file" id="seed-file" accept=".json,application/json" hidden>
              </p>
            </div>
            <ul id="tenants" role="list"></ul>
            <form id="permission-form">
              <label>Application <select id="application"></select></label>
              <label>Permission <input id="permission" size="24" placeholder="Mail.Read" required></label>
              <label>For <select id="delegated"><option value="">itself</option><option value="1">users</option></select></label>
              <p class="buttons last">
                <button type="submit" value="grant">Grant</button>
                <button type="submit" value="revoke" class="danger">Revoke</button>
              </p>
            </form>
          </section>
          <p class="unseen" id="news" role="status"></p>
        </main>
        </body>
        </html>

        """#

    private static func options<Flaw: CaseIterable & RawRepresentable<String>>(_: Flaw.Type) -> String {
        Flaw.allCases.map { "<option>\($0.rawValue)</option>" }.joined()
    }
}
