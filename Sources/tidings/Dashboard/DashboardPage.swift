/// The dashboard: one page that follows the log over SignalR, as any other client does.
///
/// It needs nothing from elsewhere, and works under a content security policy that allows scripts and styles of the
/// same origin only. Its addresses are relative, so that it may stand behind a path of a reverse proxy.
enum DashboardPage {
    /// The page, to be served at `/`.
    static let html = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Tidings</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Crect
         width='24' height='24' rx='6' fill='%230f766e'/%3E%3Cpath d='M5 13h3l2.5-6 3 11 2.5-5h3' fill='none' stroke='%23fff'
         stroke-width='2' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E">
        <link rel="stylesheet" href="dashboard.css">
        <script type="module" src="dashboard.js"></script>
        </head>
        <body>
        <header>
          <h1>
            <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true">
              <rect width="24" height="24" rx="6" class="mark"></rect>
              <path d="M5 13h3l2.5-6 3 11 2.5-5h3" class="pulse"></path>
            </svg>
            Tidings
          </h1>
          <p class="pill" id="pill" data-state="connecting">
            <span id="state" role="status">Connecting</span><span id="hint"></span>
          </p>
          <p id="server"></p>
          <button type="button" id="ask" aria-expanded="false" aria-controls="token-form" hidden>Server status…</button>
        </header>

        <main>
          <noscript><p class="notice">This page follows changes with JavaScript; please allow it here.</p></noscript>
          <p class="notice" id="problem" role="alert" hidden></p>

          <form id="token-form" hidden>
            <label for="token" id="token-note"></label>
            <span><input type="password" id="token" name="token" placeholder="Token" autocomplete="off"
                         spellcheck="false" required>
            <button type="submit">Use token</button></span>
          </form>

          <section class="glance" aria-label="At a glance">
            <div class="figure">
              <h2>Updates seen</h2>
              <p class="number" id="seen">0</p>
              <p class="note" id="since"></p>
            </div>
            <div class="figure wide">
              <h2>Per second, last minute</h2>
              <p class="number" id="rate">0</p>
              <p class="note" id="peak"></p>
              <svg id="sparkline" viewBox="0 0 60 24" preserveAspectRatio="none" aria-hidden="true"><path></path></svg>
            </div>
            <div class="figure cursor-figure">
              <h2>Last cursor</h2>
              <p class="number code" id="cursor">–</p>
              <p class="note" id="cursor-age">none yet</p>
            </div>
            <div class="figure" data-admin hidden>
              <h2>Queue</h2>
              <p class="number" id="waiting">–</p>
              <p class="note">waiting</p>
            </div>
            <div class="figure" data-admin hidden>
              <h2>Log</h2>
              <p class="number" id="held">–</p>
              <p class="note" id="range"></p>
            </div>
            <div class="figure" data-admin hidden>
              <h2>Dead letters</h2>
              <p class="number" id="dead">–</p>
              <p class="note" id="dead-note"></p>
            </div>
            <div class="figure" data-admin hidden>
              <h2>Clients</h2>
              <p class="number" id="connections">–</p>
              <p class="note">connected</p>
            </div>
          </section>

          <section class="panel" id="subscriptions" aria-labelledby="subscriptions-title" data-admin hidden>
            <div class="bar">
              <h2 id="subscriptions-title">Subscriptions</h2>
              <p id="subscriptions-note"></p>
            </div>
            <table>
              <thead>
                <tr><th scope="col">Name</th><th scope="col">Resource</th><th scope="col">State</th>
                <th scope="col">Last event</th><th scope="col">Renews</th><th scope="col">Expires</th></tr>
              </thead>
              <tbody id="subscription-rows"></tbody>
            </table>
          </section>

          <section class="panel" aria-labelledby="updates-title">
            <div class="bar sticky">
              <h2 id="updates-title">Updates</h2>
              <fieldset class="types">
                <legend class="unseen">Show</legend>
                <label><input type="radio" name="type" value="" checked><span>All</span></label>
                <label><input type="radio" name="type" value="created"><span>Created</span></label>
                <label><input type="radio" name="type" value="updated"><span>Updated</span></label>
                <label><input type="radio" name="type" value="deleted"><span>Deleted</span></label>
              </fieldset>
              <input type="search" id="search" placeholder="Filter by user, resource, subscription" autocomplete="off"
                     spellcheck="false" aria-label="Filter by text">
              <button type="button" id="pause">Pause</button>
            </div>
            <ol id="updates" role="list" aria-label="Updates, newest first"></ol>
            <div class="empty" id="empty-filter" hidden>
              <p class="lead">Nothing here matches.</p>
              <p><button type="button" id="clear">Show all updates</button></p>
            </div>
            <div class="empty" id="empty" hidden>
              <p class="lead">Nothing has changed yet.</p>
              <div id="empty-dev">
                <p>Changes appear here the moment Graph reports them. With the emulator on its usual port, make one:</p>
                <div class="command">
                  <pre id="curl"></pre>
                  <button type="button" id="copy" hidden>Copy</button>
                </div>
              </div>
              <p id="empty-serve" hidden>Graph reports changes to <code>/notifications</code> at your public address. They
                appear here the moment they arrive.</p>
            </div>
          </section>

          <p class="unseen" id="news" role="status"></p>
        </main>
        </body>
        </html>

        """#

    /// Its script, to be served at `/dashboard.js`.
    static let script = Self.connectionScript + Self.followerScript + Self.feedScript + Self.statusScript + Self.startScript
}
