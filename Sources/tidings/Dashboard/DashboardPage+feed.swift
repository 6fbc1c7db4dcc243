extension DashboardPage {
    /// The list of updates: rows, their ages, filters and the pause.
    static let feedScript = #"""
        const shownRows = 200;
        const keptUpdates = 1000;
        /** Drawing is work; under load it is done for many updates at once. */
        const drawInterval = 150;

        const byID = id => document.getElementById(id);
        const count = number => number.toLocaleString('en-US');

        function make(name, className, text) {
            const element = document.createElement(name);
            if (className) element.className = className;
            if (text !== undefined) element.textContent = text;
            return element;
        }

        /** Sets a text only if it is another, so that selections and screen readers are left alone. */
        function show(element, text) {
            if (element.textContent !== text) element.textContent = text;
        }

        /** A span of time as one looks at it: `3 s`, `2 min`, `5 h`, `4 d`. */
        function span(milliseconds) {
            const seconds = Math.floor(milliseconds / 1000);
            if (seconds < 60) return `${seconds} s`;
            if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
            if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
            return `${Math.floor(seconds / 86400)} d`;
        }

        const age = milliseconds => milliseconds < 1000 ? 'now' : span(milliseconds);

        const localTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

        function shortID(id) {
            if (/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id)) return `${id.slice(0, 8)}…`;
            return id.length <= 18 || id.includes('@') ? id : `${id.slice(0, 4)}…${id.slice(-8)}`;
        }

        /** `MailFolders` becomes `mail folder`. */
        function singular(collection) {
            const words = collection.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
            return words.endsWith('ies') ? `${words.slice(0, -3)}y` : words.replace(/([^s])s$/, '$1');
        }

        /** What a resource says to a reader: whose it is, what kind of thing, which. */
        function describe({ resource, resourceId }) {
            const parts = resource.replace(/\('([^']*)'\)/g, '/$1').split('/').filter(part => part !== '');
            const endsWithID = parts.length % 2 === 0 || parts.at(-1).toLowerCase() === resourceId?.toLowerCase();
            const id = (endsWithID ? parts.pop() : resourceId) ?? '';
            const kind = singular(parts.pop() ?? '');
            const isUser = /^users$/i.test(parts[0] ?? '');
            const owner = parts.length < 2 || isUser ? parts[1] ?? parts[0] ?? '' : `${singular(parts[0])} ${shortID(parts[1])}`;
            return { owner: shortID(owner), kind, id };
        }

        class Feed {
            /** Whose mailbox a declared subscription watches, by its name: better than the id that Graph sends. */
            #owners = new Map();
            #list = byID('updates');
            /** Oldest first. */
            #entries = [];
            /** What is not shown yet. */
            #pending = [];
            #isScheduled = false;
            #drawn = 0;
            #isPaused = false;
            #hasBegun = false;
            #type = '';
            #words = [];
            #news = 0;
            #now;
            #onDraw;

            constructor(now, onDraw) {
                this.#now = now;
                this.#onDraw = onDraw;
                byID('pause').addEventListener('click', () => this.#pause());
                byID('search').addEventListener('input', () => this.#filter());
                byID('clear').addEventListener('click', () => this.#clearFilter());
                for (const input of document.getElementsByName('type')) input.addEventListener('change', () => this.#filter());
            }

            add(updates, isLive) {
                if (isLive) this.#news += updates.length;
                this.#queue(updates.map(update => ({ update, isLive, ...describe(update) })));
            }

            addGap(sentence) {
                this.#queue([{ sentence }]);
            }

            /** Everything that was there has been added. Before that, nothing is no news. */
            begin() {
                this.#hasBegun = true;
                if (!this.#isScheduled) this.#showEmpty();
            }

            setOwners(owners) {
                this.#owners = owners;
                for (const entry of this.#entries) {
                    if (entry.row && entry.update) show(entry.row.querySelector('.owner'), this.#owner(entry));
                }
            }

            /** Lets the ages go on; call it every second. */
            tick() {
                for (const time of this.#list.getElementsByClassName('age')) this.#showAge(time);
            }

            /** How many updates came since this was last asked, for those who listen rather than look. */
            takeNews() {
                const news = this.#isPaused ? 0 : this.#news;
                this.#news -= news;
                return news;
            }

            // What is shown

            #queue(entries) {
                this.#pending.push(...entries);
                if (this.#pending.length > keptUpdates) this.#pending.splice(0, this.#pending.length - keptUpdates);
                if (this.#isScheduled) return;
                this.#isScheduled = true;
                setTimeout(() => {
                    this.#isScheduled = false;
                    this.#drawn = performance.now();
                    this.#onDraw();
                    this.#flush();
                }, Math.max(0, this.#drawn + drawInterval - performance.now()));
            }

            #flush() {
                if (this.#isPaused) return this.#showPause();
                const fresh = this.#rows(this.#pending, true);
                this.#entries.push(...this.#pending);
                this.#pending = [];
                if (this.#entries.length > keptUpdates) this.#entries.splice(0, this.#entries.length - keptUpdates);
                this.#list.prepend(...fresh);
                while (this.#list.childElementCount > shownRows) this.#list.lastElementChild.remove();
                this.#showEmpty();
            }

            /** The rows of those that pass the filter, newest first. */
            #rows(entries, areNew) {
                const rows = [];
                for (let index = entries.length - 1; index >= 0 && rows.length < shownRows; index -= 1) {
                    const entry = entries[index];
                    if (!this.#matches(entry)) continue;
                    entry.row ??= this.#row(entry);
                    entry.row.classList.toggle('fresh', areNew && entry.isLive === true);
                    rows.push(entry.row);
                }
                return rows;
            }

            #filter() {
                this.#type = document.querySelector('input[name=type]:checked').value;
                this.#words = byID('search').value.toLowerCase().split(/\s+/).filter(word => word !== '');
                this.#list.replaceChildren(...this.#rows(this.#entries, false));
                this.tick();
                this.#showEmpty();
            }

            #clearFilter() {
                byID('search').value = '';
                document.querySelector('input[name=type][value=""]').checked = true;
                this.#filter();
                byID('search').focus();
            }

            #matches(entry) {
                const { update } = entry;
                if (!update) return true;
                if (this.#type && update.changeType !== this.#type) return false;
                if (this.#words.length === 0) return true;
                const text = [this.#owner(entry), entry.kind, update.changeType, update.resource, update.subscription,
                    update.cursor, ...update.topics].join(' ').toLowerCase();
                return this.#words.every(word => text.includes(word));
            }

            #pause() {
                this.#isPaused = !this.#isPaused;
                this.#showPause();
                if (!this.#isPaused) this.#flush();
            }

            #showPause() {
                const waiting = this.#pending.length;
                const more = waiting === keptUpdates ? '+' : '';
                const news = waiting > 0 ? ` · ${count(waiting)}${more} new` : '';
                show(byID('pause'), this.#isPaused ? `Resume${news}` : 'Pause');
                byID('pause').classList.toggle('on', this.#isPaused);
            }

            #showEmpty() {
                byID('empty').hidden = !this.#hasBegun || this.#entries.length > 0;
                byID('empty-filter').hidden = this.#entries.length === 0 || this.#list.childElementCount > 0;
            }

            // Rows

            #owner({ update, owner }) {
                return this.#owners.get(update.subscription) ?? owner;
            }

            #showAge(time) {
                show(time, age(this.#now() - Date.parse(time.dateTime)));
            }

            #row(entry) {
                return entry.update ? this.#updateRow(entry) : this.#gapRow(entry);
            }

            #gapRow({ sentence }) {
                const row = make('li', 'gap');
                row.append(make('strong', '', 'Gap'), make('span', '', sentence));
                return row;
            }

            #updateRow(entry) {
                const { update, kind, id } = entry;
                const row = make('li');
                row.dataset.cursor = update.cursor;
                row.dataset.change = update.changeType;
                row.dataset.resourceId = update.resourceId ?? '';
                const time = make('time', 'age');
                time.dateTime = update.timestamp;
                time.title = localTime.format(new Date(update.timestamp));
                this.#showAge(time);
                const identifier = make('code', 'id', shortID(id));
                identifier.title = update.resource;
                const marks = make('span', 'marks');
                if (update.recovered) marks.append(make('span', 'mark', 'recovered'));
                if (update.coalesced > 1) marks.append(make('span', 'mark', `×${count(update.coalesced)}`));
                const summary = make('summary');
                summary.append(time, make('span', `badge ${update.changeType}`, update.changeType),
                    make('span', 'owner', this.#owner(entry)), make('span', 'kind', kind), identifier, marks,
                    make('span', 'subscription', update.subscription ?? ''), make('code', 'cursor', update.cursor));
                const details = make('details');
                details.append(summary);
                details.addEventListener('toggle', () => details.append(this.#fields(update)), { once: true });
                row.append(details);
                return row;
            }

            #fields(update) {
                const fields = make('dl');
                const add = (name, value, isCode) => {
                    if (!value) return;
                    const description = make('dd');
                    description.append(isCode ? make('code', '', value) : value);
                    fields.append(make('dt', '', name), description);
                };
                add('Received', localTime.format(new Date(update.timestamp)));
                add('In UTC', update.timestamp, true);
                add('Change', update.changeType);
                add('Resource', update.resource, true);
                add('Resource id', update.resourceId, true);
                add('Subscription', update.subscription);
                add('Tenant', update.tenantId, true);
                add('Topics', update.topics.join(' · '), true);
                add('Cursor', update.cursor, true);
                if (update.recovered) add('Recovered', 'Found by catching up, not by a notification.');
                if (update.coalesced > 1) add('Coalesced', `Stands for ${count(update.coalesced)} changes.`);
                return fields;
            }
        }

        """#
}
