extension DashboardPage {
    /// What the server says of itself, to those who have the admin token; and the figures at the top.
    static let statusScript = #"""
        const statusInterval = 3000;

        /** Updates per second over the last minute, by the time at which they were received. */
        class Meter {
            #now;
            #counts = new Map();
            #path = document.querySelector('#sparkline path');

            constructor(now) {
                this.#now = now;
            }

            add(timestamp) {
                const second = Math.floor(Math.min(timestamp, this.#now()) / 1000);
                this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1);
            }

            /** Draws the last minute; call it every second, or oftener. */
            tick() {
                const end = Math.floor(this.#now() / 1000);
                for (const second of this.#counts.keys()) {
                    if (second <= end - 60) this.#counts.delete(second);
                }
                const counts = Array.from({ length: 60 }, (_, index) => this.#counts.get(end - 59 + index) ?? 0);
                const peak = Math.max(...counts);
                const bars = counts.map((number, index) => {
                    const height = number === 0 ? 0 : Math.max(2, 24 * number / peak);
                    return height === 0 ? '' : `M${index + 0.15} 24v${-height}h.7v${height}z`;
                });
                this.#path.setAttribute('d', bars.join(''));
                const rate = counts.slice(-10).reduce((sum, number) => sum + number, 0) / 10;
                show(byID('rate'), rate === 0 || rate >= 10 ? count(Math.round(rate)) : rate.toFixed(1));
                show(byID('peak'), peak === 0 ? 'quiet' : `peak ${count(peak)}`);
            }
        }

        /** Asks for `/admin/status` every few seconds, while there is a token and somebody looks. */
        class Status {
            #now;
            #token = null;
            #on;
            #timer;
            #asked = 0;
            #drawn = '';

            /** Calls `onStatus(status)` with each answer, and `onRefused()` when the token is not the right one. */
            constructor(now, callbacks) {
                this.#now = now;
                this.#on = callbacks;
                document.addEventListener('visibilitychange', () => this.#poll());
            }

            setToken(token) {
                this.#token = token;
                if (!token) this.#setVisible(false);
                this.#poll();
            }

            /** Lets the times go on; call it every second. */
            tick() {
                for (const time of byID('subscription-rows').getElementsByTagName('time')) {
                    const left = Date.parse(time.dateTime) - this.#now();
                    if (time.dataset.past === undefined) {
                        show(time, left > -1000 ? 'just now' : `${span(-left)} ago`);
                        continue;
                    }
                    show(time, left > 0 ? `in ${span(left)}` : time.dataset.past);
                    time.classList.toggle('late', left <= 0);
                }
            }

            async #poll() {
                clearTimeout(this.#timer);
                const asked = this.#asked += 1;
                if (!this.#token || document.hidden) return;
                try {
                    const status = await (await request('admin/status', this.#token)).json();
                    if (asked !== this.#asked) return;
                    this.#show(status);
                    this.#on.onStatus(status);
                    document.body.classList.remove('stale');
                } catch (error) {
                    if (asked !== this.#asked) return;
                    if (error.wantsToken) {
                        this.setToken(null);
                        return this.#on.onRefused();
                    }
                    // The server is away: what it said last stays, and looks like it.
                    document.body.classList.add('stale');
                }
                this.#timer = setTimeout(() => this.#poll(), statusInterval);
            }

            #setVisible(isVisible) {
                for (const element of document.querySelectorAll('[data-admin]')) element.hidden = !isVisible;
                if (!isVisible) show(byID('server'), '');
            }

            #show(status) {
                const { log, queue, deadLetters, connections, subscriptions } = status;
                const up = this.#now() - Date.parse(status.startedAt);
                show(byID('server'), `Version ${status.version} · ${status.mode} · up ${span(Math.max(0, up))}`);
                show(byID('waiting'), count(queue.waiting));
                show(byID('held'), count(log.count));
                const [before, latest] = [log.oldest, log.latest].map(cursor => parseCursor(cursor).offset);
                show(byID('range'), log.count > 0 ? `${count(before + 1)} – ${count(latest)}` : 'empty');
                show(byID('dead'), count(deadLetters.count));
                byID('dead').classList.toggle('late', deadLetters.count > 0);
                show(byID('dead-note'), deadLetters.count > 0 ? 'put aside' : 'none');
                show(byID('connections'), count(connections.graphUpdates));
                const drawn = JSON.stringify(subscriptions);
                if (drawn !== this.#drawn) {
                    this.#drawn = drawn;
                    const hasAccounts = new Set(subscriptions.map(one => one.account).filter(Boolean)).size > 1;
                    byID('subscription-rows').replaceChildren(...subscriptions.map(one => this.#row(one, hasAccounts)));
                    const active = subscriptions.filter(one => one.state === 'active').length;
                    const kept = subscriptions.filter(one => one.state !== 'external').length;
                    show(byID('subscriptions-note'), subscriptions.length === 0 ? 'none declared'
                        : active < kept ? `${active} of ${kept} active` : kept > 0 ? `${active} active` : '');
                }
                this.tick();
                this.#setVisible(true);
            }

            #row(subscription, hasAccounts) {
                const row = make('tr');
                row.dataset.name = subscription.name;
                const name = make('th', '', subscription.name);
                name.scope = 'row';
                if (subscription.id) name.title = subscription.id;
                if (hasAccounts && subscription.account) name.append(make('span', 'kind', subscription.account));
                const resource = make('td', 'resource');
                if (subscription.resource) resource.append(make('code', '', subscription.resource));
                resource.append(make('span', 'kind', subscription.changeTypes.replaceAll(',', ', ')));
                const state = make('td', 'state');
                state.append(make('span', `dot ${subscription.state}`, subscription.state));
                const event = this.#time('event', subscription.lastEventAt);
                if (!subscription.lastEventAt && subscription.state !== 'external') show(event, 'none yet');
                if (subscription.isSilent) event.append(make('p', 'late', 'silent'));
                row.append(name, resource, state, event, this.#time('renews', subscription.renewsAt, 'due'),
                    this.#time('expires', subscription.expiresAt, 'expired'));
                if (subscription.lastError) resource.append(make('p', 'late', subscription.lastError));
                return row;
            }

            #time(name, moment, past) {
                const cell = make('td', `time ${name}`);
                if (!moment) return cell;
                const time = make('time');
                time.dateTime = moment;
                time.title = localTime.format(new Date(moment));
                if (past !== undefined) time.dataset.past = past;
                cell.append(time);
                return cell;
            }
        }

        """#
}
