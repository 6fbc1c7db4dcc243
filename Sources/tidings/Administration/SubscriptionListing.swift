/// Subscriptions as a person reads them.
enum SubscriptionListing {
    /// A line for each, and one above them.
    ///
    /// - Parameter now: In milliseconds since 1970.
    static func table(_ reports: [SubscriptionReport], now: Int64) -> [String] {
        guard !reports.isEmpty else { return ["No subscription is declared."] }
        let hasAccounts = Set(reports.compactMap(\.account)).count > 1
        var rows = [["NAME", "STATE"] + (hasAccounts ? ["ACCOUNT"] : []) + ["RESOURCE", "LAST EVENT", "RENEWS", "NOTE"]]
        for report in reports {
            rows.append(
                [report.name, report.state] + (hasAccounts ? [report.account ?? ""] : []) + [
                    report.resource ?? "", report.lastNotificationDateTime.map { Self.ago($0, now: now) } ?? "none yet",
                    report.nextRenewalDateTime.map { Self.ahead($0, now: now) } ?? "", Self.note(report),
                ]
            )
        }
        return TextTable.lines(rows.map { $0.map(\.withoutControlCharacters) })
    }

    /// Everything about one, a line each.
    static func details(_ report: SubscriptionReport, now: Int64) -> [String] {
        func moment(_ moment: Moment?, _ describe: (Moment, Int64) -> String) -> String? {
            moment.map { "\($0.text) (\(describe($0, now)))" }
        }
        let rows: [(String, String?)] = [
            ("name", report.name), ("state", report.state), ("declared in", report.declaredIn.rawValue),
            ("account", report.account), ("tenant", report.tenantId), ("id", report.id), ("resource", report.resource),
            ("changes", report.changeType), ("created", moment(report.createdDateTime, Self.ago)),
            ("renewed", moment(report.lastRenewalDateTime, Self.ago)),
            ("renews", moment(report.nextRenewalDateTime, Self.ahead)),
            ("expires", moment(report.expirationDateTime, Self.ahead)),
            ("last event", moment(report.lastNotificationDateTime, Self.ago)),
            ("silent", report.isSilent ? "yes: nothing has come for much longer than usual" : nil),
            ("last error", report.lastError), ("failed", moment(report.lastErrorDateTime, Self.ago)),
            ("in a row", report.failures > 0 ? "\(report.failures)" : nil), ("certificate", report.encryptionCertificateId),
        ]
        return TextTable.lines(rows.compactMap { name, value in value.map { [name, $0.withoutControlCharacters] } })
    }

    /// Subscriptions as Graph has them.
    static func table(_ reports: [GraphReport], now: Int64, none: String) -> [String] {
        guard !reports.isEmpty else { return [none] }
        let rows = reports.map { report in
            [
                report.id, report.account, report.resource, report.changeType, Self.ahead(report.expirationDateTime, now: now),
                report.notificationUrl,
            ]
        }
        let head = ["ID", "ACCOUNT", "RESOURCE", "CHANGES", "EXPIRES", "SENT TO"]
        return TextTable.lines(([head] + rows).map { $0.map(\.withoutControlCharacters) })
    }

    private static func note(_ report: SubscriptionReport) -> String {
        if let error = report.lastError { return error }
        return report.isSilent ? "silent: nothing has come for much longer than usual" : ""
    }

    private static func ago(_ moment: Moment, now: Int64) -> String {
        let passed = now - moment.milliseconds
        return passed < 1000 ? "just now" : "\(Self.span(passed)) ago"
    }

    private static func ahead(_ moment: Moment, now: Int64) -> String {
        let left = moment.milliseconds - now
        return left < 1000 ? "now" : "in \(Self.span(left))"
    }

    /// The largest unit of which there are two, or any.
    static func span(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}
