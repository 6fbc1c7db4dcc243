import AsyncHTTPClient
import GraphNotifications
import Logging

/// What Graph itself has, asked with the accounts of the configuration.
struct GraphLook: Sendable {
    private let accounts: [(name: String, client: GraphClient)]

    /// - Parameter deviceCode: Whether a person signs in, instead of the application itself.
    init(_ settings: ServerSettings, deviceCode: Bool) throws(Failure) {
        let quiet = Logger(label: "tidings") { _ in SwiftLogNoOpLogHandler() }
        guard !settings.accounts.isEmpty else {
            throw Failure(
                "No account is configured to ask Graph with; name a configuration file with --config that has graph.tenantId, "
                    + "graph.clientId and a credential."
            )
        }
        var accounts: [(name: String, client: GraphClient)] = []
        for account in settings.accounts {
            let client =
                deviceCode ? try account.clientOfPerson(.shared, logger: quiet) : try account.client(.shared, logger: quiet)
            accounts.append((account.key, client))
        }
        self.accounts = accounts
    }

    func all() async throws(Failure) -> [GraphReport] {
        var reports: [GraphReport] = []
        for (name, client) in self.accounts {
            do throws(GraphError) {
                reports += try await client.subscriptions().map { GraphReport($0, account: name) }
            } catch {
                throw Failure(error)
            }
        }
        return reports
    }

    /// The one with an id, in whatever account it is.
    func one(_ id: String) async throws(Failure) -> GraphReport {
        for (name, client) in self.accounts {
            do throws(GraphError) {
                return GraphReport(try await client.subscription(id: id), account: name)
            } catch {
                guard error.code == .notFound else { throw Failure(error) }
            }
        }
        throw Failure("Graph has no subscription with the id \(id.withoutControlCharacters).")
    }
}
