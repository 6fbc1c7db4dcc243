import GraphNotifications
import Logging
import ServiceLifecycle

/// What opens encrypted notifications: the certificates in their folder, looked at again as long as the program runs.
struct RichContent: Service {
    /// How often the folder is looked at.
    private static let interval = Duration.seconds(30)

    /// Where tokens come from another directory than the worldwide one.
    private static let nationalClouds: Set<GraphCloud> = [.usGovernment, .usGovernmentDoD, .china]

    let keys: DecryptionKeys
    let opener: NotificationOpener
    private let folder: CertificateFolder
    private let logger: Logger

    /// - Returns: `nil` where nothing is encrypted: no subscription asks for objects, and there is no certificate.
    init?(_ settings: ServerSettings, metrics: GraphMetrics, logger: Logger) throws {
        guard let cloud = settings.accounts.first?.cloud else { return nil }
        let folder = CertificateFolder(path: settings.certificatesFolder)
        let keys = try folder.load()
        let asking = settings.managed.first(where: \.includesResourceData)
        guard asking != nil || !keys.isEmpty else { return nil }
        if let asking, keys.isEmpty {
            throw Failure(
                "The subscription \(asking.name) asks for objects, and there is no certificate for Graph to encrypt them for; make one "
                    + "with tidings certificate new --folder \(folder.path)"
            )
        }
        try Self.check(settings)
        var rules = ValidationTokenRules(
            applicationIDs: Set(settings.accounts.compactMap(\.clientID)), tenantIDs: Set(settings.accounts.map(\.tenantID))
        )
        // Without an application there is nobody to encrypt for.
        guard !rules.applicationIDs.isEmpty else { return nil }
        if Self.nationalClouds.contains(cloud) { rules.issuerVersion2 = cloud.authority + "/" }
        self.keys = DecryptionKeys(keys)
        self.opener = NotificationOpener(
            keys: self.keys,
            tokens: try ValidationTokenVerifier(rules, authority: cloud.authority, logger: logger),
            metrics: metrics
        )
        self.folder = folder
        self.logger = logger
    }

    /// Whether it can be told who sent what is encrypted.
    private static func check(_ settings: ServerSettings) throws(Failure) {
        for subscription in settings.managed where subscription.includesResourceData {
            guard let account = settings.accounts.first(where: { $0.name == subscription.account }) else { continue }
            guard account.clientID != nil else {
                let key = account.name == nil ? ConfigurationKey.clientID : ConfigurationKey.clientID.ofNamedAccount
                throw Failure(
                    "\(key.path(of: account.name)) is needed, because the subscription \(subscription.name) asks for objects: what Graph "
                        + "encrypts is for the application of that id; set it to the client id of the machine's identity."
                )
            }
            guard account.hasTenantGUID else {
                let key = account.name == nil ? ConfigurationKey.tenantID : ConfigurationKey.tenantID.ofNamedAccount
                throw Failure(
                    "\(key.path(of: account.name)) must be the tenant's id and not a domain of it, because the subscription "
                        + "\(subscription.name) asks for objects, and what proves who sent them names the id."
                )
            }
            guard account.cloud == settings.accounts.first?.cloud else {
                throw Failure(
                    "The subscription \(subscription.name) asks for objects from another cloud than that of the first account; run "
                        + "a Tidings for each cloud."
                )
            }
        }
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.interval)
                self.look()
            }
        }
    }

    /// Takes what is in the folder now. One that cannot be read changes nothing.
    func look() {
        do {
            let keys = try self.folder.load()
            guard !keys.isEmpty, keys.map(\.id) != self.keys.all.map(\.id) else { return }
            self.keys.replace(with: keys)
            self.logger.notice("Certificates for notifications have changed", metadata: ["current": "\(keys[0].id)"])
        } catch {
            self.logger.error("Certificates for notifications stay as they were", metadata: ["error": "\(error)"])
        }
    }
}
