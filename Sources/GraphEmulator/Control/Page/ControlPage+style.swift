extension ControlPage {
    /// Its style, to be served at `/emulator.css`.
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
            --accent: #6d3fb8;
            --accent-tint: #efe8fa;
            --good: #0b6b3a;
            --good-tint: #e2f4e9;
            --busy: #1a56b0;
            --busy-tint: #e6effc;
            --bad: #ad2a22;
            --bad-tint: #fce9e7;
            --waiting: #7f5300;
            --waiting-tint: #fcf0d6;
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
                --accent: #b79bf0;
                --accent-tint: #271c3d;
                --good: #74d99f;
                --good-tint: #12301f;
                --busy: #8dbbff;
                --busy-tint: #14263f;
                --bad: #ff9d94;
                --bad-tint: #3b1815;
                --waiting: #efc26a;
                --waiting-tint: #33270b;
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

        h1, h2, p, ol, ul { margin: 0; padding: 0; }
        ol, ul { list-style: none; }
        h2 { font-size: 13px; font-weight: 600; }
        .code { font-family: var(--code); font-size: 12.5px; }
        .muted { color: var(--muted); }

        button, input, select { font: inherit; color: inherit; }
        button, input, select {
            height: 30px;
            padding: 0 10px;
            border: 1px solid var(--strong-line);
            border-radius: 7px;
            background: var(--surface);
        }
        button { cursor: pointer; font-size: 13px; font-weight: 500; white-space: nowrap; }
        button:hover { border-color: var(--muted); }
        button:disabled { opacity: 0.5; cursor: progress; }
        button[aria-pressed=true] { border-color: var(--accent); background: var(--accent-tint); color: var(--accent); }
        button.danger { color: var(--bad); }
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
        h1 .mark { fill: #6d3fb8; }
        h1 .pulse { fill: none; stroke: #fff; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
        #graph { margin-right: auto; color: var(--muted); }

        .pill, .badge { border-radius: 13px; background: var(--waiting-tint); color: var(--waiting); font-weight: 550; }
        .pill { display: inline-flex; align-items: center; gap: 7px; height: 26px; padding: 0 11px; font-size: 13px; }
        .pill::before { content: ""; width: 7px; height: 7px; border-radius: 50%; background: currentColor; }
        .pill[data-state=live] { background: var(--good-tint); color: var(--good); }
        .badge { padding: 0 9px; border-radius: 5px; font-size: 12px; line-height: 20px; text-align: center; }
        .badge.delivered, .badge.normal { background: var(--good-tint); color: var(--good); }
        .badge.sending { background: var(--busy-tint); color: var(--busy); }
        .badge.lost, .badge.dropped, .badge.drop { background: var(--bad-tint); color: var(--bad); }

        .notice { padding: 10px 16px; border-radius: 10px; background: var(--bad-tint); color: var(--bad); }
        .panel, .glance { border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
        .panel { overflow: hidden; }

        .glance { display: flex; flex-wrap: wrap; gap: 1px; overflow: hidden; background: var(--line); }
        .figure { flex: 1 1 120px; min-width: 0; padding: 12px 16px; background: var(--surface); }
        .figure.wide { flex: 4 1 420px; }
        .figure h2 { color: var(--muted); font-size: 12px; font-weight: 500; }
        .number { font-size: 22px; font-weight: 600; line-height: 30px; letter-spacing: -0.01em; }
        .buttons { display: flex; flex-wrap: wrap; gap: 6px; }
        .figure .buttons { margin-top: 6px; }

        .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; min-height: 48px; padding: 8px 16px; }
        .bar p { color: var(--muted); font-size: 13px; }
        .right { margin-left: auto; color: var(--muted); font-size: 13px; }
        .right button { color: var(--text); }

        .row { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; padding: 9px 16px; }
        .row { border-top: 1px solid var(--line); }
        .row .what { flex: 1 1 240px; min-width: 0; overflow-wrap: anywhere; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); align-items: start; gap: 16px; }

        #deliveries li { border-top: 1px solid var(--line); }
        #deliveries > li { content-visibility: auto; contain-intrinsic-height: auto 38px; }
        summary.plain { min-height: 30px; cursor: pointer; overflow-wrap: anywhere; }
        #deliveries summary {
            display: grid;
            grid-template-columns: 66px 82px 62px 90px 72px 92px minmax(0, 1.4fr) minmax(0, 1fr);
            align-items: center;
            column-gap: 12px;
            min-height: 38px;
            padding: 5px 16px;
            list-style: none;
            cursor: pointer;
        }
        #deliveries summary::-webkit-details-marker { display: none; }
        #deliveries summary:hover { background: var(--sunken); }
        summary:focus-visible { outline-offset: -2px; }
        #deliveries summary > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .latency, .tries { text-align: right; }
        .age, .kind, .remark, .tries { color: var(--muted); font-size: 13px; }
        .more { padding: 8px 16px 12px 94px; background: var(--sunken); font-size: 13px; overflow-wrap: anywhere; }
        .more p { color: var(--muted); }
        #deliveries .more li { border: 0; }

        form { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding: 12px 16px; }
        form { border-top: 1px solid var(--line); background: var(--sunken); }
        form label { color: var(--muted); font-size: 13px; }
        form input, form select { color: var(--text); }
        form input[type=number] { width: 84px; }
        form > button, form .last { margin-left: auto; }
        .applications { flex: 1 1 420px; min-width: 0; }
        .applications .more { display: grid; gap: 8px; max-height: 220px; padding: 8px 12px; overflow-y: auto; }
        #tenants .row { align-items: flex-start; }

        @media (max-width: 800px) {
            header, main { padding-left: 12px; padding-right: 12px; }
            #graph { flex-basis: 100%; order: 1; }
            #deliveries summary { grid-template-columns: 66px 82px 1fr 1fr; row-gap: 2px; padding: 8px 12px; }
            .tries { grid-area: 2 / 1; text-align: left; }
            .kind { grid-area: 2 / 2; }
            .url { grid-area: 2 / 3 / 3 / 5; }
            .remark { grid-column: 1 / 5; }
            .more { padding-left: 12px; }
        }

        @media (forced-colors: active) {
            .badge, .pill, button[aria-pressed=true] { border: 1px solid; }
        }

        """#
}
