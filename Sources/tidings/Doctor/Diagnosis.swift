import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Everything that was found, as it is shown.
struct Diagnosis: Equatable, Sendable, Encodable {
    static let checks: [any DoctorCheck] = [
        ConfigurationCheck(), DirectoryCheck(), ClockCheck(), CredentialCheck(), PermissionsCheck(), EndpointCheck(),
        CertificatesCheck(), LatencyCheck(),
    ]

    /// Whether nothing failed.
    var healthy: Bool
    var findings: [Finding]

    init(_ observed: Observations) {
        self.findings = Self.checks.flatMap { $0.findings(in: observed) }
        self.healthy = !self.findings.contains { $0.verdict == .failed }
    }

    /// A line for each finding.
    var lines: [String] {
        TextTable.lines(
            self.findings.map { finding in
                let mark =
                    switch finding.verdict {
                    case .ok: "ok"
                    case .warning: "warn"
                    case .failed: "FAIL"
                    case .skipped: "skip"
                    }
                return [mark, finding.check, (finding.account.map { "\($0): " } ?? "") + finding.message]
            }
        )
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
