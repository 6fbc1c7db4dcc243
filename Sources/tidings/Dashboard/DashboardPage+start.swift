extension DashboardPage {
    /// Puts the parts together when the page is opened.
    static let startScript = #"""
        const stateNames = {
            'connecting': 'Connecting', 'catching-up': 'Catching up', 'live': 'Live', 'reconnecting': 'Reconnecting',
            'locked': 'Token needed', 'refused': 'Refused',
        };

        /** What outlives a reload of this tab. A browser may forbid it; then it does not. */
        const memory = {
            get(key) {
                try { return sessionStorage.getItem(`tidings.${key}`); } catch { return null; }
            },
            set(key, value) {
                try {
                    if (value === null) sessionStorage.removeItem(`tidings.${key}`);
                    else sessionStorage.setItem(`tidings.${key}`, value);
                } catch { /* The page works without. */ }
            },
        };

        /** Takes the token out of the address, so that it is neither seen nor bookmarked. */
        function tokenFromAddress() {
            const query = new URLSearchParams(location.search);
            const fragment = new URLSearchParams(location.hash.slice(1));
            const token = fragment.get('token') ?? query.get('token');
            if (token === null) return null;
            query.delete('token');
            fragment.delete('token');
            const rest = [['?', query], ['#', fragment]].map(([mark, values]) => `${values}` && `${mark}${values}`);
            history.replaceState(null, '', location.pathname + rest.join(''));
            return token;
        }

        const opened = new Date();
        let seen = 0;
        let lastUpdate = null;
        let pill = { state: 'connecting', detail: {} };

        const now = () => Date.now() + follower.skew;

        const follower = new Follower(memory.get('cursor'), {
            onState(state, detail) {
                pill = { state, detail };
                byID('pill').dataset.state = state;
                byID('pill').title = detail.reason ?? '';
                show(byID('state'), stateNames[state]);
                byID('problem').hidden = state !== 'refused';
                if (state === 'refused') show(byID('problem'), detail.reason);
                if (state === 'locked') ask('The server shows updates only to those with a token.', true);
                if (state === 'live') feed.begin();
                if (state === 'live' && follower.usesToken) {
                    memory.set('token', follower.token);
                    stopAsking();
                }
                showHint();
                keepCursor();
            },
            onUpdates(updates, isLive) {
                feed.add(updates, isLive);
                for (const update of updates) meter.add(Date.parse(update.timestamp));
                seen += updates.length;
                lastUpdate = updates.at(-1);
            },
            onGap(sentence) {
                feed.addGap(sentence);
            },
        });
        const feed = new Feed(now, showFigures);
        const meter = new Meter(now);
        const status = new Status(now, {
            onStatus({ subscriptions, mode }) {
                const mailbox = ({ resource }) => /^\/?users\/([^/]+@[^/]+)/i.exec(resource ?? '')?.[1];
                feed.setOwners(new Map(subscriptions.filter(mailbox).map(one => [one.name, mailbox(one)])));
                byID('empty-dev').hidden = mode === 'serve';
                byID('empty-serve').hidden = mode !== 'serve';
            },
            onRefused() {
                // It may be a client's, which is good for updates and not for this.
                memory.set('token', follower.usesToken ? follower.token : null);
                byID('ask').hidden = false;
                ask('This is not the admin token; paste the one the server printed at its start.', true);
            },
        });

        function setToken(token) {
            // One that opened the updates is kept for them.
            if (pill.state !== 'live' || !follower.usesToken) follower.token = token;
            memory.set('token', token);
            byID('ask').hidden = token !== null;
            stopAsking();
            status.setToken(token);
            follower.hurry();
        }

        /** Asks for a token, and says why. What is being typed already is left alone. */
        function ask(sentence, isProblem = false) {
            const form = byID('token-form');
            if (form.hidden) byID('token').value = '';
            form.hidden = false;
            show(byID('token-note'), sentence);
            byID('token-note').classList.toggle('late', isProblem);
            byID('ask').setAttribute('aria-expanded', true);
        }

        function stopAsking() {
            byID('token-form').hidden = true;
            byID('ask').setAttribute('aria-expanded', false);
        }

        function keepCursor() {
            if (follower.cursor) memory.set('cursor', follower.cursor);
        }

        function showHint() {
            const { until, remaining } = pill.detail;
            const wait = pill.state === 'reconnecting' ? Math.ceil((until - Date.now()) / 1000) : 0;
            show(byID('hint'), wait > 1 ? `in ${wait} s` : remaining > 0 ? `${count(remaining)} to go` : '');
        }

        function showFigures() {
            meter.tick();
            show(byID('seen'), count(seen));
            if (!lastUpdate) return;
            show(byID('cursor'), lastUpdate.cursor);
            byID('cursor').title = lastUpdate.cursor;
            const passed = now() - Date.parse(lastUpdate.timestamp);
            show(byID('cursor-age'), passed < 1000 ? 'just now' : `${span(passed)} ago`);
        }

        function everySecond() {
            feed.tick();
            status.tick();
            showHint();
            showFigures();
            keepCursor();
        }

        function announceNews() {
            const news = feed.takeNews();
            if (news > 0) show(byID('news'), news === 1 ? 'One new update' : `${count(news)} new updates`);
        }

        const command = [
            'curl -X POST http://127.0.0.1:8081/v1.0/users/sales@example.com/messages \\',
            "     -H 'Content-Type: application/json' \\",
            `     -d '{"subject":"Hello","body":{"contentType":"text","content":"Hi"}}'`,
        ].join('\n');
        show(byID('curl'), command);
        byID('copy').hidden = !navigator.clipboard;
        byID('copy').addEventListener('click', async () => {
            await navigator.clipboard.writeText(command);
            show(byID('copy'), 'Copied');
            setTimeout(() => show(byID('copy'), 'Copy'), 2000);
        });

        byID('ask').addEventListener('click', () => {
            if (!byID('token-form').hidden) return stopAsking();
            ask('Queue, log and subscriptions are for those with the admin token.');
            byID('token').focus();
        });
        byID('token-form').addEventListener('submit', event => {
            event.preventDefault();
            setToken(byID('token').value.trim());
        });
        window.addEventListener('hashchange', () => {
            const token = tokenFromAddress();
            if (token) setToken(token);
        });
        window.addEventListener('online', () => follower.hurry());
        window.addEventListener('pagehide', keepCursor);
        document.addEventListener('visibilitychange', () => {
            if (!document.hidden) follower.hurry();
        });

        const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
        show(byID('since'), `since ${clock.format(opened)}`);
        setToken(tokenFromAddress() || memory.get('token'));
        setInterval(everySecond, 1000);
        setInterval(announceNews, 5000);
        everySecond();
        follower.run();

        """#
}
