extension ControlPage {
    /// Its script, to be served at `/emulator.js`.
    static let script = #"""
        const api = 'emulator/v1/';
        const maximumRows = 200;
        const byID = id => document.getElementById(id);

        /** Writes a text where it is not there yet. */
        function show(element, text) {
            if (element.textContent !== `${text}`) element.textContent = text;
        }

        /** An element with a class and texts or elements in it; nothing is ever taken for markup. */
        function make(tag, name, ...content) {
            const element = document.createElement(tag);
            if (name) element.className = name;
            element.append(...content.map(one => one instanceof Node ? one : `${one}`));
            return element;
        }

        function button(text, label, act) {
            const element = make('button', '', text);
            element.type = 'button';
            element.setAttribute('aria-label', label);
            element.addEventListener('click', act);
            return element;
        }

        // Talking to the emulator

        async function call(method, path, body) {
            let answer;
            try {
                answer = await fetch(api + path, {
                    method, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store',
                });
            } catch {
                throw new Error('The emulator does not answer.');
            }
            const content = answer.status === 204 ? null : await answer.json();
            if (!answer.ok) throw new Error(content?.error ?? `The emulator answered ${answer.status}.`);
            return content;
        }

        function complain(sentence) {
            show(byID('problem'), sentence ?? '');
            byID('problem').hidden = !sentence;
        }

        /** Does what a button is for, and shows what has become of it. */
        async function act(method, path, body) {
            try {
                const answer = await call(method, path, body);
                complain(null);
                if (answer?.keys) show(byID('news'), `The key ${answer.keys[0]} signs now.`);
                if (answer?.event) {
                    show(byID('news'), answer.told ? `${answer.event} is on its way.` : answer.remark);
                    if (!answer.told) complain(`Nobody is told of ${answer.event}: ${answer.remark}`);
                }
                return true;
            } catch (error) {
                complain(error.message);
                return false;
            } finally {
                refresh();
            }
        }

        // Deliveries, as they happen

        const deliveries = new Map();

        const time = text => text.slice(11, 19);

        function attemptRow(attempt) {
            return make('li', '', make('span', 'code', time(attempt.at)), ' ', attempt.status ?? '–', ' ', attempt.outcome,
                ' after ', `${attempt.latency} ms`);
        }

        function deliveryRow(delivery) {
            const row = deliveries.get(delivery.number) ?? make('li');
            const isOpen = row.querySelector('details')?.open ?? false;
            const last = delivery.attempts.at(-1);
            const details = make('details', '',
                make('summary', '',
                    make('span', 'code age', time(delivery.startedAt)),
                    make('span', `badge ${delivery.outcome}`, delivery.outcome),
                    make('span', 'tries', delivery.attemptCount === 1 ? '1 try' : `${delivery.attemptCount} tries`),
                    make('span', 'status', last ? last.status ?? last.outcome : '–'),
                    make('span', 'latency', last ? `${last.latency} ms` : '–'),
                    make('span', 'kind', `${delivery.items} × ${delivery.kind}`),
                    make('span', 'url', delivery.url),
                    make('span', 'remark', delivery.remark)),
                make('div', 'more',
                    make('p', '', `Delivery ${delivery.number}, for ${delivery.subscriptions.join(', ')}`),
                    make('ol', '', ...delivery.attempts.map(attemptRow))));
            details.open = isOpen;
            row.replaceChildren(details);
            Object.assign(row.dataset, {
                number: delivery.number, outcome: delivery.outcome, attempts: delivery.attemptCount,
                status: last?.status ?? '', latency: last?.latency ?? '',
            });
            return row;
        }

        function showDelivery(delivery) {
            const row = deliveryRow(delivery);
            if (!deliveries.has(delivery.number)) {
                deliveries.set(delivery.number, row);
                byID('deliveries').prepend(row);
                while (deliveries.size > maximumRows) {
                    const oldest = Math.min(...deliveries.keys());
                    deliveries.get(oldest).remove();
                    deliveries.delete(oldest);
                }
            }
            filterRow(row);
        }

        function filterRow(row) {
            const wanted = byID('outcome').value;
            row.hidden = wanted !== '' && row.dataset.outcome !== wanted;
        }

        function note() {
            const shown = deliveries.size;
            show(byID('deliveries-note'), shown === 0 ? 'none yet' : shown === maximumRows ? `the latest ${shown}` : shown);
        }

        function setState(state, text) {
            byID('pill').dataset.state = state;
            show(byID('state'), text);
        }

        function follow() {
            const source = new EventSource(`${api}deliveries`);
            source.addEventListener('open', () => {
                setState('live', 'Live');
                refresh();
                refreshTenants();
            });
            source.addEventListener('delivery', event => {
                showDelivery(JSON.parse(event.data));
                note();
                refreshSoon();
            });
            source.addEventListener('reset', () => {
                deliveries.clear();
                byID('deliveries').replaceChildren();
                note();
                refreshSoon();
                refreshTenants();
            });
            source.addEventListener('error', () => {
                setState('connecting', 'Reconnecting');
                // A browser that got an answer it does not like gives up for good.
                if (source.readyState === EventSource.CLOSED) setTimeout(follow, 2000);
            });
        }

        // Everything else, asked for every two seconds and after each change

        /** Makes a list anew, but only if it has changed: a button must not go while it is pressed. */
        function list(id, items, make, none) {
            const element = byID(id);
            const drawn = JSON.stringify(items);
            if (element.dataset.drawn === drawn) return;
            element.dataset.drawn = drawn;
            element.replaceChildren(...items.map(make));
            show(byID(`${id}-note`), items.length === 0 ? none : items.length);
        }

        function subscriptionRow(one) {
            const path = `subscriptions/${encodeURIComponent(one.id)}/`;
            const row = make('li', 'row',
                make('div', 'what',
                    make('p', '', make('strong', '', one.resource), ' ', make('span', 'muted', one.changeType)),
                    make('p', 'muted code', `${one.id} → ${one.notificationUrl}`),
                    make('p', 'muted', `until ${one.expirationDateTime}`, one.authorizedNow ? '' : ', not authorized')),
                make('p', 'buttons',
                    button('Lose', `Lose notifications of ${one.id}`, () => act('POST', `${path}lose`, {})),
                    button('End authorization', `End the authorization of ${one.id}`, () => act('POST', `${path}authorization`, {})),
                    button('Reauthorize', `Ask for a new authorization of ${one.id}`, () => act('POST', `${path}reauthorize`, {})),
                    button('Remove', `Remove ${one.id}`, () => act('POST', `${path}remove`, {}))));
            row.dataset.id = one.id;
            return row;
        }

        function endpointRow(one) {
            const since = one.since === null ? '' : `since ${one.since}`;
            return make('li', 'row', make('span', `badge ${one.condition}`, one.condition), make('span', 'what code', one.url),
                make('span', 'muted', since));
        }

        function permissionText(permissions) {
            return permissions.length === 0 ? 'nothing' : permissions.toSorted().join(', ');
        }

        function applicationRow(one) {
            const count = one.applicationPermissions.length + one.delegatedPermissions.length;
            return make('details', '',
                make('summary', 'plain', make('strong', '', one.name), ' ', make('span', 'muted code', one.id), ' ',
                    make('span', 'muted', `${count} permissions`)),
                make('div', 'more',
                    make('p', '', `For itself: ${permissionText(one.applicationPermissions)}`),
                    make('p', '', `For users: ${permissionText(one.delegatedPermissions)}`)));
        }

        function tenantRow(one) {
            const row = make('li', 'row',
                make('div', 'what', make('p', '', make('strong', '', one.name), ' ', make('span', 'muted code', one.id)),
                    make('p', 'muted', one.users.map(user => user.userPrincipalName).join(', '))),
                make('div', 'applications', ...one.applications.map(applicationRow)));
            row.dataset.id = one.id;
            return row;
        }

        /** Asked for at the start and when one of them may have changed, because they change only on request. */
        async function refreshTenants() {
            try {
                const { tenants } = await call('GET', 'tenants');
                const open = new Set([...document.querySelectorAll('#tenants details')]
                    .map((one, index) => one.open ? index : -1));
                list('tenants', tenants, tenantRow, 'none');
                document.querySelectorAll('#tenants details').forEach((one, index) => { one.open = open.has(index); });
                const select = byID('application');
                const chosen = select.value;
                select.replaceChildren(...tenants.flatMap(tenant => tenant.applications.map(one => {
                    const option = make('option', '', tenants.length > 1 ? `${one.name} in ${tenant.name}` : one.name);
                    option.value = `${tenant.id} ${one.id}`;
                    return option;
                })));
                if ([...select.options].some(one => one.value === chosen)) select.value = chosen;
            } catch {
                // The pill says so already.
            }
        }

        function faultRow(one) {
            const place = one.route ?? one.subscription ?? one.endpoint ?? 'every delivery';
            const rest = [
                one.status && `${one.status}`, one.duration && `${one.duration} s`, one.flaw,
                one.retryAfter && `Retry-After ${one.retryAfter}`, one.probability !== undefined && `chance ${one.probability}`,
                one.count && (one.count === 1 ? 'once more' : `${one.count} more times`),
            ].filter(Boolean).join(', ');
            const row = make('li', 'row',
                make('div', 'what', make('p', '', make('strong', '', one.effect), ' ', rest), make('p', 'muted code', place)),
                button('Remove', `Remove fault ${one.id}`, () => act('DELETE', `faults/${one.id}`)));
            row.dataset.id = one.id;
            return row;
        }

        let throttles = false;
        let asked = 0;

        async function refresh() {
            const number = ++asked;
            let state;
            try {
                state = await call('GET', 'state');
            } catch {
                return; // The pill says so already.
            }
            if (number !== asked) return;
            show(byID('now'), state.clock.now.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'));
            for (const element of byID('modes').children) {
                const isOn = element.dataset.mode === state.clock.mode
                    && (state.clock.mode !== 'scaled' || Number(element.dataset.rate) === state.clock.rate);
                element.setAttribute('aria-pressed', isOn);
            }
            for (const name of ['deliveries', 'waiting', 'withheld', 'messages']) {
                show(byID(`count-${name}`), state.counts[name].toLocaleString('en'));
            }
            list('subscriptions', state.subscriptions, subscriptionRow, 'none yet');
            list('endpoints', state.endpoints, endpointRow, 'none has answered yet');
            list('faults', state.faults, faultRow, 'none is set');
            throttles = state.faults.some(one => one.status === 429 && one.route === '/v1.0/subscriptions/**');
            byID('throttle').setAttribute('aria-pressed', throttles);
        }

        let soon = null;
        function refreshSoon() {
            soon ??= setTimeout(() => {
                soon = null;
                refresh();
            }, 200);
        }

        // Buttons

        async function whileBusy(element, work) {
            for (const one of element.children) one.disabled = true;
            try {
                await work();
            } finally {
                for (const one of element.children) one.disabled = false;
            }
        }

        byID('act').addEventListener('click', () => act('POST', 'activity', {}));
        byID('reset').addEventListener('click', () => {
            if (confirm('Forget all subscriptions, changes, faults and deliveries?')) act('POST', 'reset', {});
        });
        byID('modes').addEventListener('click', event => {
            const { mode, rate } = event.target.dataset;
            if (mode) act('POST', 'clock', rate ? { mode, rate: Number(rate) } : { mode });
        });
        byID('advance').addEventListener('click', event => {
            const { by } = event.target.dataset;
            if (by) whileBusy(byID('advance'), () => act('POST', 'clock/advance', { by }));
        });
        byID('throttle').addEventListener('click', () => act(throttles ? 'DELETE' : 'POST', 'throttle', throttles ? undefined : {}));
        byID('throttle-mute').addEventListener('click', () => act('POST', 'throttle', { retryAfterStyle: 'none' }));
        byID('rotate').addEventListener('click', () => act('POST', 'keys', {}));
        byID('seed').addEventListener('click', () => byID('seed-file').click());
        byID('seed-file').addEventListener('change', async event => {
            const file = event.target.files[0];
            event.target.value = '';
            if (!file) return;
            try {
                await act('POST', 'seed', JSON.parse(await file.text()));
            } catch {
                complain(`${file.name} is not JSON.`);
            }
            refreshTenants();
        });
        byID('permission-form').addEventListener('submit', async event => {
            event.preventDefault();
            const [tenant, application] = byID('application').value.split(' ');
            const isDone = await act('POST', `permissions/${event.submitter?.value ?? 'grant'}`, {
                tenant, application, permission: byID('permission').value, delegated: byID('delegated').value !== '',
            });
            if (isDone) refreshTenants();
        });
        byID('outcome').addEventListener('change', () => deliveries.forEach(filterRow));

        function showFields() {
            for (const label of document.querySelectorAll('[data-for]')) {
                label.hidden = !label.dataset.for.split(' ').includes(byID('effect').value);
            }
            const place = byID('place').value;
            byID('where-label').hidden = place === '';
            byID('where').required = place !== '';
            byID('where').placeholder = { route: 'POST /v1.0/subscriptions', subscription: 'id', endpoint: 'http://…' }[place] ?? '';
        }
        byID('effect').addEventListener('change', showFields);
        byID('place').addEventListener('change', showFields);
        showFields();

        byID('fault-form').addEventListener('submit', async event => {
            event.preventDefault();
            const fault = { effect: byID('effect').value };
            const fields = {
                status: ['status', Number], duration: ['duration', String], 'content-flaw': ['flaw', String],
                'token-flaw': ['flaw', String],
            };
            for (const [id, [name, read]] of Object.entries(fields)) {
                if (!byID(id).closest('[data-for]').hidden) fault[name] = read(byID(id).value);
            }
            if (byID('place').value) fault[byID('place').value] = byID('where').value;
            for (const name of ['count', 'probability']) {
                if (byID(name).value !== '') fault[name] = Number(byID(name).value);
            }
            await act('POST', 'faults', fault);
        });

        call('GET', '').then(about => show(byID('graph'), about.graph ?? ''), () => {});
        follow();
        refresh();
        setInterval(() => {
            if (!document.hidden) refresh();
        }, 2000);

        """#
}
