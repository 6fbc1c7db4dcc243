import Metrics
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Finds out whether rich notifications are what they claim to be, and opens them.
///
/// Each `POST` that has encrypted items must bring a valid token for every application and tenant that they are of; if one
/// is missing or wrong, nothing in that `POST` is believed. Microsoft Graph has its answer by then, and learns nothing.
///
/// ```swift
/// let opener = NotificationOpener(keys: keys, tokens: try ValidationTokenVerifier(rules))
/// ```
public struct NotificationOpener: Sendable {
    private let keys: DecryptionKeys
    private let tokens: ValidationTokenVerifier
    private let threads: PatientThreads
    private let metrics: GraphMetrics

    /// - Parameters:
    ///   - keys: The certificates that notifications may be sealed for.
    ///   - tokens: What checks validation tokens.
    ///   - parallelism: How many items are opened at the same time, on threads of their own that stand back where processors are
    ///     short: each keeps one busy for most of a millisecond, and taking notifications in cannot wait. `nil`: one less than
    ///     there are processors.
    ///   - metrics: What is counted.
    public init(
        keys: DecryptionKeys, tokens: ValidationTokenVerifier,
        parallelism: Int? = nil, metrics: GraphMetrics = .init()
    ) {
        self.keys = keys
        self.tokens = tokens
        self.threads = PatientThreads(max(1, parallelism ?? ProcessInfo.processInfo.activeProcessorCount - 1))
        self.metrics = metrics
    }

    /// Opens what is sealed in some `POST`s.
    ///
    /// - Parameters:
    ///   - batches: What they brought.
    ///   - applicationID: The application that has the subscription with this id; `nil` if that is not known, and then a token
    ///     for any of ours will do.
    ///   - isLastAttempt: Whether to refuse what cannot be verified because there are no keys, instead of throwing.
    /// - Returns: The same notifications, with their content, and why some of them must not be believed.
    /// - Throws: ``ContentError/Code/keysUnavailable``: nothing is known yet, and it should be asked again.
    public func open(
        _ batches: [NotificationContents], isLastAttempt: Bool = false,
        applicationID: (String) -> String? = { _ in nil }
    ) async throws(ContentError) -> [OpenedNotifications] {
        var opened = batches.map { OpenedNotifications(items: $0.items) }
        var sealed: [SealedItem] = []
        for (batch, contents) in batches.enumerated() where contents.isRich {
            do throws(ContentError) {
                try Self.check(contents.items, senders: try await self.senders(of: contents), applicationID: applicationID)
                for (index, item) in contents.items.enumerated() {
                    guard case .change(let notification) = item, let content = notification.encryptedContent else { continue }
                    sealed.append(SealedItem(batch: batch, index: index, content: content))
                }
            } catch {
                guard !error.isRetryable || isLastAttempt else { throw error }
                for index in contents.items.indices { opened[batch].refusals[index] = error }
                self.metrics.contentsRefused.increment(by: contents.items.count)
            }
        }
        for (item, result) in await self.open(sealed) {
            opened[item.batch].set(result, at: item.index)
            (((try? result.get()) == nil) ? self.metrics.contentsRefused : self.metrics.contentsOpened).increment()
        }
        return opened
    }

    // MARK: - Who sent it

    private func senders(of contents: NotificationContents) async throws(ContentError) -> Set<ValidationTokenRules.Sender> {
        var senders: Set<ValidationTokenRules.Sender> = []
        for token in contents.validationTokens { senders.insert(try await self.tokens.verify(token)) }
        return senders
    }

    private static func check(
        _ items: [NotificationItem], senders: Set<ValidationTokenRules.Sender>, applicationID: (String) -> String?
    ) throws(ContentError) {
        let tenants = Set(senders.map(\.tenantID))
        for item in items {
            guard let tenant = item.tenantID?.lowercased() else {
                guard item.isSealed else { continue }
                throw ContentError(.tokenMissing, "An encrypted notification does not say of which tenant it is.")
            }
            guard tenants.contains(tenant) else {
                throw ContentError(.tokenMissing, "There is no validation token for the tenant of a notification.")
            }
            guard item.isSealed, let id = item.subscriptionID, let application = applicationID(id)?.lowercased() else { continue }
            guard senders.contains(.init(applicationID: application, tenantID: tenant)) else {
                throw ContentError(
                    .tokenMissing, "There is no validation token for the application of an encrypted notification."
                )
            }
        }
    }

    // MARK: - What is in it

    private struct SealedItem: Sendable {
        var batch: Int
        var index: Int
        var content: EncryptedContent
    }

    /// Shares the work among as many threads as are allowed.
    private func open(_ items: [SealedItem]) async -> [(SealedItem, Result<ByteBuffer, ContentError>)] {
        let count = min(self.threads.count, items.count)
        return await withTaskGroup { group in
            for first in 0..<count {
                group.addTask {
                    await self.threads.run {
                        stride(from: first, to: items.count, by: count).map { (items[$0], self.open(items[$0].content)) }
                    }
                }
            }
            var results: [(SealedItem, Result<ByteBuffer, ContentError>)] = []
            for await part in group { results += part }
            return results
        }
    }

    private func open(_ content: EncryptedContent) -> Result<ByteBuffer, ContentError> {
        guard let key = self.keys.key(for: content) else {
            return .failure(
                ContentError(
                    .unknownCertificate,
                    "It was sealed for a certificate whose private key is not here: add the key, then retry this notification."
                )
            )
        }
        do throws(ContentError) {
            return .success(try ContentDecryptor.open(content, with: key))
        } catch {
            return .failure(error)
        }
    }
}
