#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What is worth keeping of an emulator when its program ends: tenants with their applications and all their data,
/// subscriptions, faults, signing keys, the time.
///
/// Access tokens and delta links are good after it is restored. What users would have to do again is not kept: refresh
/// tokens and codes for other devices. What waited for an endpoint is not kept either: when the snapshot is restored,
/// `missed` says so where there is such a thing. It holds secrets of applications and keys: they open nothing but this
/// emulator, but keep it where only its owner can read it.
public struct EmulatorSnapshot: Sendable, Equatable {
    var content: Content

    init(content: Content) {
        self.content = content
    }

    /// Other versions are refused.
    static let version = 2

    struct Content: Sendable, Equatable, Codable {
        var version = EmulatorSnapshot.version
        /// Milliseconds since 1970.
        var now: Int64
        var epoch: String
        var random: EmulatorRandom
        var keys: SigningKeys
        /// As they were at the start.
        var seeded: [EmulatedTenant]
        /// As they are now; the first is that of whoever calls without a token.
        var tenants: [EmulatedTenant]
        var data: [SavedTenantData] = []
        var subscriptions: [SavedSubscription] = []
        var faults: [FaultDescription] = []
        /// The subscriptions for which something waited.
        var unsent: [String] = []
    }

    private struct Version: Decodable {
        var version: Int
    }

    /// What the clock showed, in milliseconds since 1970.
    public var now: Int64 { self.content.now }

    /// The tenants, with the permissions that applications had.
    public var tenants: [EmulatedTenant] { self.content.tenants }

    /// Reads what ``json()`` has written.
    ///
    /// - Throws: ``GraphEmulatorError`` if it is something else, or of another version.
    public init(json: String) throws(GraphEmulatorError) {
        let decoder = JSONDecoder()
        let data = Data(json.utf8)
        guard let version = try? decoder.decode(Version.self, from: data).version else {
            throw GraphEmulatorError(.invalidSnapshot, "The saved state is damaged, or not that of an emulator.")
        }
        guard version == Self.version else {
            throw GraphEmulatorError(
                .invalidSnapshot,
                "The saved state is of version \(version), and this emulator reads version \(Self.version) only."
            )
        }
        guard let content = try? decoder.decode(Content.self, from: data), !content.tenants.isEmpty, !content.seeded.isEmpty
        else {
            throw GraphEmulatorError(.invalidSnapshot, "The saved state is damaged.")
        }
        self.content = content
    }

    /// One JSON object.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self.content), as: UTF8.self)
    }

    /// Whether it is the same but for the time.
    public func isSame(as other: EmulatorSnapshot) -> Bool {
        var content = other.content
        content.now = self.content.now
        return content == self.content
    }
}
