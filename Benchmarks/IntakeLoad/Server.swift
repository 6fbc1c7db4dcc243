import AsyncHTTPClient
import Foundation
import GraphEmulator
import GraphNotifications
import NIOCore
import NIOHTTP1

/// A `tidings serve` that was started for this, with everything it needs in a temporary folder.
final class Server {
    let port: Int
    private let folder: URL
    private let process = Process()

    struct Status {
        /// How many notifications wait for the relay.
        var waiting: Int
        var deadLetters: Int
        /// How many updates the log has.
        var updates: Int
    }

    /// - Parameters:
    ///   - program: The path of `tidings`.
    ///   - cores: The cores it may use, as `taskset` takes them; `nil` for all.
    ///   - threads: How many threads answer requests; `nil` for its default.
    init(program: String, source: Source, cores: String?, threads: Int?) async throws {
        self.port = try await Capture.freePort()
        self.folder = URL.temporaryDirectory.appending(path: "IntakeLoad-\(UUID().uuidString)")
        let certificates = self.folder.appending(path: "certificates")
        try FileManager.default.createDirectory(at: certificates, withIntermediateDirectories: true)
        let new = try NewCertificate(name: Source.certificateName)
        let isStored = FileManager.default.createFile(
            atPath: certificates.appending(path: "\(Source.certificateName).pem").path,
            contents: Data("\(new.certificatePEM)\n\(new.privateKeyPEM)\n".utf8), attributes: [.posixPermissions: 0o600]
        )
        guard isStored else { throw Source.Failed(description: "The certificate could not be stored in \(certificates.path).") }
        let configuration = self.folder.appending(path: "tidings.yaml")
        try self.configuration(source, threads: threads, certificates: certificates.path)
            .write(to: configuration, atomically: true, encoding: .utf8)
        let arguments = [program, "serve", "--config", configuration.path]
        self.process.executableURL = URL(filePath: "/usr/bin/env")
        self.process.arguments = (cores.map { ["taskset", "-c", $0] } ?? []) + arguments
        self.process.standardOutput = FileHandle.nullDevice
        try self.process.run()
    }

    /// Ends it, and removes all it kept.
    func stop() {
        self.process.terminate()
        self.process.waitUntilExit()
        // A folder below /tmp that stays does no harm.
        try? FileManager.default.removeItem(at: self.folder)
    }

    private func configuration(_ source: Source, threads: Int?, certificates: String) -> String {
        """
        http:
          port: \(self.port)
          publicUrl: http://127.0.0.1:\(source.capture.port)
        \(threads.map { "  threads: \($0)\n" } ?? "")storage:
          directory: \(self.folder.path)/data
        graph:
          tenantId: \(Source.tenant.id)
          clientId: \(Source.application.id)
          clientSecret: \(Source.application.secrets[0].value)
          endpoint: \(source.base)/v1.0
          authority: \(source.base)
          certificates: \(certificates)
          catchUp: false
        log:
          level: warning
        subscriptions:
          plain:
            resource: \(Source.plainResource)
            changeTypes: [created]
          rich:
            resource: \(Source.richResource)
            changeTypes: [created]
            includeResourceData: true
        """
    }

    /// Waits until it has its subscriptions.
    func ready(_ source: Source) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try await source.subscriptionCount() < 2 {
            guard self.process.isRunning, .now < end else {
                throw Source.Failed(description: "tidings serve did not come to have its subscriptions; what it said is above.")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    func status() async throws -> Status {
        let token = try String(contentsOf: self.folder.appending(path: "data/admin-token"), encoding: .utf8)
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(self.port)/admin/status")
        request.headers.add(name: "Authorization", value: "Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let body = String(buffer: try await response.body.collect(upTo: 1 << 20))
        let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        guard let waiting = (object?["queue"] as? [String: Any])?["waiting"] as? Int,
            let letters = (object?["deadLetters"] as? [String: Any])?["count"] as? Int,
            let updates = (object?["log"] as? [String: Any])?["count"] as? Int
        else { throw Source.Failed(description: "/admin/status was answered \(response.status.code).") }
        return Status(waiting: waiting, deadLetters: letters, updates: updates)
    }

    /// The processor time it has used so far, in seconds. Linux tells.
    var processorTime: Double {
        // `env` and `taskset` become the program: its process is the one that was started. Behind the name, which may hold
        // anything, the 12th and 13th field are the ticks of user and system.
        let text = try? String(contentsOfFile: "/proc/\(self.process.processIdentifier)/stat", encoding: .utf8)
        let fields = text?.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / 100
    }
}
