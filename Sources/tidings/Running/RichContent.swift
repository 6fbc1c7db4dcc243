import GraphNotifications
import Logging
import ServiceLifecycle

/// What opens encrypted notifications: the certificates in their folder, looked at again as long as the program runs.
struct RichContent: Service {
    /// How often the folder is looked at.
    private static let interval = Duration.seconds(30)

    let keys: DecryptionKeys
    let opener: NotificationOpener
    private let folder: CertificateFolder
    private let logger: Logger

    /// - Returns: `nil` where nothing is encrypted: no subscription asks for objects, and there is no certificate.
    init?(_ settings: ServerSettings, directory: DataDirectory, metrics: GraphMetrics, logger: Logger) throws {
        guard let graph = settings.graph else { return nil }
        let folder = CertificateFolder(path: settings.certificates ?? directory.file("certificates"))
        let keys = try folder.load()
        let asking = settings.managed.first(where: \.includesResourceData)
        guard asking != nil || !keys.isEmpty else { return nil }
        if let asking, keys.isEmpty {
            throw Failure(
                "The subscription \(asking.name) asks for objects, and there is no certificate for Graph to encrypt them for; make one "
                    + "with tidings certificate new --folder \(folder.path)"
            )
        }
        self.keys = DecryptionKeys(keys)
        self.opener = NotificationOpener(
            keys: self.keys,
            tokens: try ValidationTokenVerifier(
                ValidationTokenRules(applicationIDs: [graph.clientID], tenantIDs: [graph.tenantID]), authority: graph.authority,
                logger: logger
            ),
            metrics: metrics
        )
        self.folder = folder
        self.logger = logger
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
