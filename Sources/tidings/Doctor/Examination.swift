import AsyncHTTPClient
import GraphNotifications
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Sees what the checks judge: the only part of the doctor that asks anybody.
struct Examination: Sendable {
    /// How many handshakes are timed.
    private static let probes = 20
    private static let answerTime = TimeAmount.seconds(15)

    let httpClient: HTTPClient
    /// The time in milliseconds since 1970.
    var now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }

    /// - Parameter settings: What is configured, or why that cannot be read; then nothing else is looked at.
    func observe(_ settings: Result<ServerSettings, Failure>) async -> Observations {
        var observed = Observations(now: self.now(), settings: settings)
        guard case .success(let settings) = settings else { return observed }
        observed.directory = DirectoryLook.at(settings.dataDirectory)
        observed.certificates = Self.certificates(settings)
        async let endpoint = self.endpoint(settings)
        for account in settings.accounts { observed.accounts.append(await self.account(account)) }
        observed.endpoint = await endpoint
        observed.now = self.now()
        return observed
    }

    private static func certificates(_ settings: ServerSettings) -> Result<[Observations.Certificate], Failure> {
        Result { () throws(Failure) in
            try CertificateFolder(path: settings.certificatesFolder).load().map {
                Observations.Certificate(name: $0.id, expiresAt: $0.expiresAt)
            }
        }
    }

    // MARK: - Graph

    private func account(_ account: GraphAccount) async -> Observations.Account {
        var seen = Observations.Account(account: account)
        await self.readClock(of: account, into: &seen)
        do {
            seen.certificateExpiresAt = try account.certificate()?.expiresAt
            seen.token = TokenContents(try await account.credential(self.httpClient).token().value)
        } catch let error as GraphError {
            seen.error = error
        } catch {
            seen.error = GraphError(.credentialRefused, Failure(error).description)
        }
        return seen
    }

    /// Graph says what time it is in any answer, also in that it does not know us.
    private func readClock(of account: GraphAccount, into seen: inout Observations.Account) async {
        let asked = self.now()
        do {
            let response = try await self.httpClient.execute(
                HTTPClientRequest(url: account.endpoint + "/subscriptions"), timeout: Self.answerTime
            )
            let answered = self.now()
            guard let date = response.headers.first(name: "Date").flatMap(GraphTime.milliseconds(httpDate:)) else { return }
            // The header is cut to a second, and was written somewhere between the two.
            seen.graphIsAheadBy = .milliseconds(date + 500 - (asked + answered) / 2)
        } catch {
            seen.graphError = "Graph at \(account.endpoint) cannot be reached: check the network, a proxy, and the address."
        }
    }

    // MARK: - The public address

    private func endpoint(_ settings: ServerSettings) async -> Observations.Endpoint? {
        guard let url = settings.publicURL else { return nil }
        var seen = Observations.Endpoint(url: url)
        if let (host, port) = Self.secureHost(in: url) {
            seen.certificateExpiresAt = await TLSCertificateLook.expiry(host: host, port: port)
        }
        let probe = EndpointProbe(httpClient: self.httpClient)
        for path in ["/notifications", "/lifecycle"] {
            do throws(GraphError) {
                try await probe.check(url + path)
            } catch {
                seen.failures.append((path, error.description))
            }
        }
        guard seen.failures.isEmpty else { return seen }
        let clock = ContinuousClock()
        for _ in 0..<Self.probes {
            let start = clock.now
            try? await probe.check(url + "/notifications")
            seen.latencies.append(start.duration(to: clock.now))
        }
        return seen
    }

    /// Whom a URL with `https` leads to.
    static func secureHost(in url: String) -> (host: String, port: Int)? {
        guard url.lowercased().hasPrefix("https://") else { return nil }
        let authority = url.dropFirst("https://".count).prefix { !"/?#".contains($0) }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let rest = authority[authority.index(after: end)...]
            return (String(authority[..<end].dropFirst()), Int(rest.dropFirst()) ?? 443)
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 443 : 443)
    }
}
