/// What the admin side tells, as far as the commands show it.
enum EmulatorReport {
    struct About: Decodable {
        var graph: String?
        var mailboxes: [String]
    }

    struct Clock: Decodable {
        var mode: String
        var rate: Double
        var now: String

        /// `2026-11-24T09:30:00Z (scaled, 60 times as fast)`
        var text: String {
            let pace =
                switch self.mode {
                case "scaled": ", \(self.rate == self.rate.rounded() ? String(Int(self.rate)) : String(self.rate)) times as fast"
                case "stepped": ", and stands until it is advanced"
                default: ""
                }
            return "\(self.now) (\(self.mode)\(pace))"
        }
    }

    struct Keys: Decodable {
        var keys: [String]
    }

    struct Application: Decodable {
        var id: String
        var name: String
        var applicationPermissions: [String]
        var delegatedPermissions: [String]

        var text: String {
            let list = { (permissions: [String]) in permissions.isEmpty ? "nothing" : permissions.sorted().joined(separator: ", ")
            }
            return [
                "\(self.id)  \(self.name)", "  for itself  \(list(self.applicationPermissions))",
                "  for users   \(list(self.delegatedPermissions))",
            ].map(\.withoutControlCharacters).joined(separator: "\n")
        }
    }

    struct Tenant: Decodable {
        struct User: Decodable {
            var userPrincipalName: String
        }

        var id: String
        var name: String
        var users: [User]
        var applications: [Application]

        var text: String {
            let users = self.users.map(\.userPrincipalName).joined(separator: ", ")
            return (["\(self.id)  \(self.name), with \(users)".withoutControlCharacters] + self.applications.map(\.text))
                .joined(separator: "\n")
        }
    }

    struct Tenants: Decodable {
        var tenants: [Tenant]
    }

    /// What has happened to a subscription.
    struct Event: Decodable {
        var event: String
        var told: String?
        var remark: String?

        var text: String {
            if let told { return "'\(self.event)' is on its way to \(told)." }
            return "Nobody is told of '\(self.event)': \(self.remark ?? "")"
        }
    }

    struct Fault: Decodable {
        var id: Int
        var route: String?
        var subscription: String?
        var endpoint: String?
        var effect: String
        var status: Int?
        var retryAfter: Double?
        var duration: Double?
        var flaw: String?
        var probability: Double?
        var count: Int?

        /// `3  status 503, for POST /v1.0/subscriptions, 2 times`
        var text: String {
            var parts = [self.effect]
            if let status { parts[0] += " \(status)" }
            if let flaw { parts[0] += " \(flaw)" }
            if let duration { parts[0] += " \(duration) s" }
            parts.append(
                self.route.map { "for \($0)" } ?? self.subscription.map { "for subscription \($0)" }
                    ?? self.endpoint.map { "for \($0)" } ?? "for every delivery")
            if let retryAfter { parts.append("Retry-After \(retryAfter) s") }
            if let probability { parts.append("with probability \(probability)") }
            if let count { parts.append(count == 1 ? "once" : "\(count) times") }
            return "\(self.id)  " + parts.joined(separator: ", ")
        }
    }

    struct Faults: Decodable {
        var faults: [Fault]
    }

    struct Deliveries: Decodable {
        var deliveries: [Delivery]
    }

    struct Delivery: Decodable {
        struct Attempt: Decodable {
            var latency: Int
            var status: Int?
            var outcome: String
        }

        var number: Int
        var url: String
        var kind: String
        var items: Int
        var startedAt: String
        var outcome: String
        var attemptCount: Int
        var attempts: [Attempt]
        var remark: String

        static let head = Self.line("NUMBER", "STARTED", "OUTCOME", "TRIES", "STATUS", "LATENCY", "ITEMS", "URL")

        var text: String {
            let last = self.attempts.last
            let status = last.map { $0.status.map(String.init) ?? $0.outcome } ?? "–"
            let line = Self.line(
                "\(self.number)", self.startedAt, self.outcome, "\(self.attemptCount)", status,
                last.map { "\($0.latency) ms" } ?? "–", "\(self.items)", self.url
            )
            return (line + (self.remark.isEmpty ? "" : "  \(self.remark)")).withoutControlCharacters
        }

        private static func line(_ columns: String...) -> String {
            zip(columns, [6, 24, 9, 5, 11, 9, 5, 0]).map { text, width in
                text + String(repeating: " ", count: max(0, width - text.count))
            }.joined(separator: "  ")
        }
    }

    struct Subscription: Decodable {
        var id: String
        var resource: String
        var changeType: String
        var notificationUrl: String
        var expirationDateTime: String
    }

    struct Endpoint: Decodable {
        var url: String
        var condition: String
    }

    struct State: Decodable {
        var clock: Clock
        var counts: [String: Int]
        var subscriptions: [Subscription]
        var endpoints: [Endpoint]
        var faults: [Fault]

        var text: String {
            let count = { (name: String) in "\(self.counts[name] ?? 0)" }
            var lines = [
                "It is \(self.clock.text).",
                "\(count("users")) users, \(count("messages")) messages; \(count("deliveries")) deliveries, \(count("waiting")) "
                    + "notifications wait, \(count("withheld")) are withheld.",
            ]
            for (title, rows) in [
                (
                    "Subscriptions",
                    self.subscriptions.map {
                        "\($0.id)  \($0.resource)  \($0.changeType)  to \($0.notificationUrl)  until \($0.expirationDateTime)"
                    }
                ),
                ("Endpoints", self.endpoints.map { "\($0.condition)  \($0.url)" }), ("Faults", self.faults.map(\.text)),
            ] where !rows.isEmpty {
                lines += ["", title] + rows.map { "  \($0.withoutControlCharacters)" }
            }
            return lines.joined(separator: "\n")
        }
    }
}
