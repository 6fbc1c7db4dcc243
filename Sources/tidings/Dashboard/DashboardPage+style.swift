extension DashboardPage {
    /// Its style, to be served at `/dashboard.css`.
    static let style = #"""
        :root {
            color-scheme: light dark;
            --page: #f5f6f7;
            --surface: #ffffff;
            --sunken: #f8f9fa;
            --line: #e3e6e9;
            --strong-line: #cdd3d8;
            --text: #171b1f;
            --muted: #5d6873;
            --accent: #0f766e;
            --created: #0b6b3a;
            --created-tint: #e2f4e9;
            --updated: #1a56b0;
            --updated-tint: #e6effc;
            --deleted: #ad2a22;
            --deleted-tint: #fce9e7;
            --waiting: #7f5300;
            --waiting-tint: #fcf0d6;
            --fresh: #fdf8e4;
            --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
            --code: ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "Roboto Mono", "DejaVu Sans Mono", monospace;
        }

        @media (prefers-color-scheme: dark) {
            :root {
                --page: #0e1113;
                --surface: #15191c;
                --sunken: #111518;
                --line: #252b30;
                --strong-line: #3a434a;
                --text: #e4e8eb;
                --muted: #94a0aa;
                --accent: #2dd4bf;
                --created: #74d99f;
                --created-tint: #12301f;
                --updated: #8dbbff;
                --updated-tint: #14263f;
                --deleted: #ff9d94;
                --deleted-tint: #3b1815;
                --waiting: #efc26a;
                --waiting-tint: #33270b;
                --fresh: #22231a;
            }
        }

        * { box-sizing: border-box; }
        [hidden] { display: none !important; }

        body {
            margin: 0;
            background: var(--page);
            color: var(--text);
            font: 14px/1.5 var(--sans);
            font-variant-numeric: tabular-nums;
            -webkit-text-size-adjust: 100%;
        }

        h1, h2, p, ol, dl, dd, table, fieldset, pre { margin: 0; padding: 0; }
        h2 { font-size: 13px; font-weight: 600; }
        code, pre, .code { font-family: var(--code); font-size: 12.5px; }

        button, input { font: inherit; color: inherit; }
        button, input[type=search], input[type=password] {
            height: 32px;
            padding: 0 12px;
            border: 1px solid var(--strong-line);
            border-radius: 7px;
            background: var(--surface);
        }
        button { cursor: pointer; font-weight: 500; white-space: nowrap; }
        button:hover { border-color: var(--muted); }
        button.on { border-color: transparent; background: var(--waiting-tint); color: var(--waiting); }
        ::placeholder { color: var(--muted); opacity: 1; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

        .unseen {
            position: absolute;
            width: 1px;
            height: 1px;
            overflow: hidden;
            clip-path: inset(50%);
            white-space: nowrap;
        }

        /* Frame */

        header, main { width: 100%; max-width: 1184px; margin: 0 auto; padding: 0 24px; }
        header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; padding-top: 22px; padding-bottom: 18px; }
        main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; padding-bottom: 48px; }

        h1 {
            display: flex;
            align-items: center;
            gap: 10px;
            font-size: 19px;
            font-weight: 650;
            line-height: 32px;
            letter-spacing: -0.01em;
        }
        h1 .mark { fill: #0f766e; }
        h1 .pulse { fill: none; stroke: #fff; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
        #server { margin-left: auto; color: var(--muted); font-size: 13px; }
        #ask { background: none; font-size: 13px; }

        .pill {
            display: inline-flex;
            align-items: center;
            gap: 7px;
            height: 26px;
            padding: 0 11px 0 10px;
            border-radius: 13px;
            background: var(--waiting-tint);
            color: var(--waiting);
            font-size: 13px;
            font-weight: 550;
        }
        .pill::before { content: ""; width: 7px; height: 7px; border-radius: 50%; background: currentColor; }
        .pill[data-state=live] { background: var(--created-tint); color: var(--created); }
        .pill[data-state=catching-up] { background: var(--updated-tint); color: var(--updated); }
        .pill[data-state=refused] { background: var(--deleted-tint); color: var(--deleted); }
        .pill:not([data-state=live])::before { animation: breathe 1.6s ease-in-out infinite; }
        #hint { font-weight: 400; }
        #hint:empty { display: none; }
        @keyframes breathe { 50% { opacity: 0.3; } }

        .notice {
            padding: 10px 16px;
            border-radius: 10px;
            background: var(--deleted-tint);
            color: var(--deleted);
        }

        .panel, .glance, #token-form {
            border: 1px solid var(--line);
            border-radius: 10px;
            background: var(--surface);
        }

        /* At a glance */

        .glance { display: flex; flex-wrap: wrap; gap: 1px; overflow: hidden; background: var(--line); }
        .figure { position: relative; flex: 1 1 124px; min-width: 0; padding: 12px 16px 11px; background: var(--surface); }
        .figure.cursor-figure { flex-basis: 168px; }
        .figure.wide { flex: 2 1 264px; max-width: 560px; }
        .figure h2 { color: var(--muted); font-size: 12px; font-weight: 500; }
        .number { overflow: hidden; font-size: 22px; font-weight: 600; line-height: 30px; letter-spacing: -0.01em; }
        .number, .note { text-overflow: ellipsis; white-space: nowrap; }
        .number.code { font-size: 14px; font-weight: 500; letter-spacing: 0; }
        .note { overflow: hidden; min-height: 18px; color: var(--muted); font-size: 12px; line-height: 18px; }
        .late { color: var(--deleted); }
        .stale [data-admin] > * { opacity: 0.5; }

        #sparkline {
            position: absolute;
            bottom: 14px;
            left: 116px;
            width: calc(100% - 132px);
            height: 40px;
            border-bottom: 1px solid var(--line);
        }
        #sparkline path { fill: var(--accent); }

        /* Panels */

        .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; min-height: 48px; padding: 8px 16px; }
        .bar p { color: var(--muted); font-size: 13px; }
        .bar.sticky {
            position: sticky;
            z-index: 1;
            top: 0;
            border-bottom: 1px solid var(--line);
            border-radius: 10px 10px 0 0;
            background: var(--surface);
        }

        .types { display: flex; padding: 2px; border: 0; border-radius: 8px; background: var(--page); }
        .types label { position: relative; }
        .types input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
        .types span {
            display: block;
            padding: 0 11px;
            border-radius: 6px;
            color: var(--muted);
            font-size: 13px;
            font-weight: 500;
            line-height: 28px;
        }
        .types label:hover span { color: var(--text); }
        .types input:checked + span { background: var(--surface); color: var(--text); box-shadow: 0 0 0 1px var(--line); }
        .types input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 1px; }
        #search { flex: 1 1 180px; min-width: 0; max-width: 340px; margin-left: auto; }

        /* Subscriptions */

        table { width: 100%; border-collapse: collapse; }
        thead th { padding: 0 16px 6px; color: var(--muted); font-size: 12px; font-weight: 500; text-align: left; }
        tbody th, tbody td { padding: 9px 16px; border-top: 1px solid var(--line); text-align: left; vertical-align: baseline; }
        tbody th { font-weight: 600; overflow-wrap: anywhere; }
        .resource { width: 50%; overflow-wrap: anywhere; }
        .resource .kind { margin-left: 10px; color: var(--muted); font-size: 12.5px; }
        .time, .state { white-space: nowrap; }
        .dot::before {
            content: "";
            display: inline-block;
            width: 7px;
            height: 7px;
            margin-right: 8px;
            border-radius: 50%;
            background: var(--waiting);
            vertical-align: 1px;
        }
        .dot.active::before { background: var(--created); }
        .dot.failed::before { background: var(--deleted); }
        .dot.deleted::before, .dot.external::before { background: var(--muted); }

        /* Updates */

        #updates { list-style: none; }
        #updates:empty { min-height: 12px; }
        /* Two hundred rows are cheap as long as those out of sight are not laid out. */
        #updates li { content-visibility: auto; contain-intrinsic-height: auto 40px; }
        #updates li + li { border-top: 1px solid var(--line); }
        #updates li:last-child, #updates li:last-child details:not([open]) summary { border-radius: 0 0 10px 10px; }
        summary {
            display: grid;
            grid-template-columns: 46px 76px minmax(0, 210px) 76px minmax(0, 1fr) auto minmax(0, 120px) minmax(0, 130px) 10px;
            align-items: center;
            column-gap: 14px;
            min-height: 40px;
            padding: 5px 16px;
            list-style: none;
            cursor: pointer;
        }
        summary::-webkit-details-marker { display: none; }
        summary::after {
            content: "";
            width: 6px;
            height: 6px;
            border-right: 1.5px solid var(--muted);
            border-bottom: 1.5px solid var(--muted);
            transform: rotate(-45deg);
        }
        details[open] summary::after { transform: translateY(-2px) rotate(45deg); }
        summary:hover { background: var(--sunken); }
        summary:focus-visible { outline-offset: -2px; }
        .fresh { animation: arrive 2.4s ease-out; }
        @keyframes arrive { from { background: var(--fresh); } }

        .age { color: var(--muted); font-size: 13px; text-align: right; }
        .badge, .mark { border-radius: 5px; font-size: 12px; font-weight: 550; line-height: 20px; text-align: center; }
        .badge { background: var(--page); color: var(--muted); }
        .badge.created { background: var(--created-tint); color: var(--created); }
        .badge.updated { background: var(--updated-tint); color: var(--updated); }
        .badge.deleted { background: var(--deleted-tint); color: var(--deleted); }
        summary > :not(.marks) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .owner { font-weight: 550; }
        summary .kind, .id, .subscription, .cursor { color: var(--muted); }
        .marks { display: flex; gap: 6px; }
        .mark { padding: 0 7px; background: var(--waiting-tint); color: var(--waiting); }
        .cursor { font-size: 12px; text-align: right; }

        dl {
            display: grid;
            grid-template-columns: max-content minmax(0, 1fr);
            gap: 3px 20px;
            padding: 10px 16px 16px 166px;
            background: var(--sunken);
            font-size: 13px;
        }
        dt { color: var(--muted); }
        dd { overflow-wrap: anywhere; }

        .gap {
            display: flex;
            gap: 10px;
            align-items: baseline;
            padding: 9px 16px;
            background: var(--waiting-tint);
            color: var(--waiting);
            font-size: 13px;
        }
        .gap strong { font-weight: 600; }

        .empty { padding: 44px 24px 52px; color: var(--muted); text-align: center; }
        .empty .lead { margin-bottom: 4px; color: var(--text); font-size: 16px; font-weight: 600; }
        .empty button { margin-top: 12px; }
        .command {
            display: flex;
            align-items: flex-start;
            gap: 12px;
            width: fit-content;
            max-width: 100%;
            margin: 18px auto 0;
            padding: 12px 12px 12px 16px;
            border: 1px solid var(--line);
            border-radius: 9px;
            background: var(--sunken);
            color: var(--text);
            text-align: left;
        }
        .command pre { overflow-x: auto; line-height: 1.65; }
        .command button { height: 28px; margin: 0; padding: 0 10px; font-size: 13px; }

        #token-form { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding: 10px 16px; }
        #token-form label { flex: 1 1 280px; }
        #token-form span { display: flex; flex: 0 1 340px; gap: 8px; }
        #token-form input { flex: 1; min-width: 0; }

        @media (max-width: 800px) {
            header, main { padding-left: 12px; padding-right: 12px; }
            header { padding-top: 16px; padding-bottom: 14px; }
            .figure, .figure.cursor-figure { flex-basis: 40%; padding-left: 12px; padding-right: 12px; }
            .figure.wide { flex-basis: 100%; max-width: none; order: -1; }
            .command { flex-direction: column; }
            .command pre { max-width: 100%; }

            .bar { padding: 8px 12px; }
            #search { flex-basis: 140px; max-width: none; margin-left: 0; }

            summary { grid-template-columns: 76px minmax(0, 1fr) auto auto 10px; gap: 2px 10px; padding: 8px 12px; }
            summary .badge { grid-area: 1 / 1; }
            summary .owner { grid-area: 1 / 2 / 2 / 4; }
            summary .age { grid-area: 1 / 4; }
            summary .kind { grid-area: 2 / 1; font-size: 13px; text-align: center; }
            summary .subscription { grid-area: 2 / 2; font-size: 13px; }
            summary .marks, summary .cursor { grid-area: 2 / 3 / 3 / 5; justify-self: end; }
            summary .id, summary .marks:not(:empty) ~ .cursor { display: none; }
            summary::after { grid-area: 1 / 5 / 3 / 6; }
            #updates li { contain-intrinsic-height: auto 59px; }
            dl { grid-template-columns: minmax(0, 1fr); gap: 0; padding: 6px 12px 12px; }
            dt { margin-top: 6px; font-size: 12px; }

            thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
            table, tbody { display: block; }
            tbody tr { display: grid; grid-template-columns: 1fr auto; gap: 2px 12px; padding: 9px 12px; }
            tbody tr { border-top: 1px solid var(--line); }
            tbody th, tbody td { padding: 0; border: 0; }
            .state { justify-self: end; }
            .resource { width: auto; grid-column: 1 / 3; order: 1; }
            .resource .kind { display: block; margin: 0; }
            .time { order: 2; color: var(--muted); font-size: 13px; }
            .time.event:not(:empty)::before { content: "last event "; }
            .time.renews:not(:empty)::before { content: "renews "; }
            .time.expires:not(:empty)::before { content: "expires "; }
            #server { flex-basis: 100%; margin: 0; }
            #server:empty { display: none; }
            #ask { margin-left: auto; }
        }

        @media (prefers-reduced-motion: reduce) {
            *, *::before, *::after { animation: none !important; }
        }

        @media (forced-colors: active) {
            .badge, .pill, .mark, .types input:checked + span { border: 1px solid; }
        }

        """#
}
