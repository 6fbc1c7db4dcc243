import AsyncHTTPClient
import GraphNotifications
import Logging

extension GraphAccount {
    /// The largest PEM file of a client certificate, in bytes: a key, and a chain of certificates.
    private static let largestCertificate = 64 << 10

    /// What gets its access tokens.
    ///
    /// - Throws: ``Failure`` if the file of a certificate cannot be used.
    func credential(_ httpClient: HTTPClient) throws(Failure) -> any GraphCredential {
        switch self.proof {
        case .secret(let secret):
            return ClientSecretCredential(
                tenantID: self.tenantID, clientID: self.clientID ?? "", clientSecret: secret, cloud: self.cloud,
                httpClient: httpClient
            )
        case .certificate(let path):
            return ClientCertificateCredential(
                tenantID: self.tenantID, clientID: self.clientID ?? "", certificate: try Self.read(path), cloud: self.cloud,
                httpClient: httpClient
            )
        case .workload(let path):
            return WorkloadIdentityCredential(
                tenantID: self.tenantID, clientID: self.clientID ?? "", tokenFile: path, cloud: self.cloud,
                httpClient: httpClient
            )
        case .managedIdentity(let identity):
            return ManagedIdentityCredential(identity: identity, cloud: self.cloud, httpClient: httpClient)
        }
    }

    /// Graph, as this account sees it.
    ///
    /// - Parameters:
    ///   - httpClient: Sends the requests.
    ///   - traffic: What paces the requests; accounts of the same application share it.
    ///   - metrics: What is counted.
    ///   - logger: For what cannot be thrown.
    func client(
        _ httpClient: HTTPClient, traffic: GraphTraffic? = nil, metrics: GraphClientMetrics = .init(), logger: Logger
    ) throws(Failure) -> GraphClient {
        GraphClient(
            baseURL: self.endpoint, credential: try self.credential(httpClient), httpClient: httpClient,
            tenantID: self.tenantID, traffic: traffic, metrics: metrics, logger: logger
        )
    }

    /// The accounts as what keeps subscriptions sees them.
    static func subscriptionAccounts(
        _ accounts: [GraphAccount], _ httpClient: HTTPClient, metrics: GraphClientMetrics, logger: Logger
    ) throws(Failure) -> [SubscriptionAccount] {
        var traffic: [String: GraphTraffic] = [:]
        var result: [SubscriptionAccount] = []
        for account in accounts {
            // Graph counts by application.
            let application = account.clientID?.lowercased() ?? "\(account.key), which is not told"
            let shared = traffic[application] ?? GraphTraffic()
            traffic[application] = shared
            result.append(
                SubscriptionAccount(
                    name: account.key, graph: try account.client(httpClient, traffic: shared, metrics: metrics, logger: logger),
                    tenantID: account.hasTenantGUID ? account.tenantID : nil, applicationID: account.clientID
                )
            )
        }
        return result
    }

    /// Graph, as a person sees it who signs in with this application.
    func clientOfPerson(_ httpClient: HTTPClient, logger: Logger) throws(Failure) -> GraphClient {
        guard let clientID = self.clientID else {
            throw Failure("\(ConfigurationKey.clientID.path()) is needed to sign in as a person: the application that asks.")
        }
        let credential = DeviceCodeCredential(
            tenantID: self.tenantID, clientID: clientID, cloud: self.cloud, httpClient: httpClient
        ) { code in
            Terminal.complain("Open \(code.verificationURL), and type in \(code.userCode).".withoutControlCharacters)
        }
        return GraphClient(
            baseURL: self.endpoint, credential: credential, httpClient: httpClient, tenantID: self.tenantID, logger: logger
        )
    }

    /// What it signs in with, if that is a certificate.
    ///
    /// - Throws: ``Failure`` if the file cannot be used.
    func certificate() throws(Failure) -> ClientCertificate? {
        guard case .certificate(let path) = self.proof else { return nil }
        return try Self.read(path)
    }

    private static func read(_ path: String) throws(Failure) -> ClientCertificate {
        guard let pem = try TextFile.load(path, maximumSize: self.largestCertificate) else {
            throw Failure("There is no file \(path.withoutControlCharacters); check graph.clientCertificate.")
        }
        do {
            return try ClientCertificate(pem: pem)
        } catch {
            throw Failure("\(path.withoutControlCharacters): \(error.description)")
        }
    }
}
