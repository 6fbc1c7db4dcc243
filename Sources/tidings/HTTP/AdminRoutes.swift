import GraphEmulator
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `/admin/subscriptions` and what is below: subscriptions, for those with the admin token. All answers are JSON.
struct AdminRoutes: Sendable {
    private static let maximumBody = 64 << 10

    let desk: SubscriptionDesk
    let adminToken: AdminToken

    func add(to router: Router<BasicRequestContext>) {
        router.get("/admin/subscriptions") { request, _ in
            await self.answer(request) { () async throws(AdminFailure) in
                try self.response(Listed(value: self.desk.all()))
            }
        }
        router.post("/admin/subscriptions") { request, _ in
            await self.answer(request) { () async throws(AdminFailure) in
                let (report, isAlive) = try await self.desk.declare(try await Self.declaration(in: request))
                return try self.response(report, isAlive ? .created : .accepted)
            }
        }
        router.get("/admin/subscriptions/:name") { request, context in
            await self.answer(request) { () async throws(AdminFailure) in
                try self.response(try self.desk.one(Self.name(in: context)))
            }
        }
        router.delete("/admin/subscriptions/:name") { request, context in
            await self.answer(request) { () async throws(AdminFailure) in
                try self.response(try await self.desk.delete(Self.name(in: context)))
            }
        }
        for order in SubscriptionRegistry.Order.allCases {
            router.post("/admin/subscriptions/:name/\(order.rawValue)") { request, context in
                await self.answer(request) { () async throws(AdminFailure) in
                    let report = try await self.desk.perform(order, on: Self.name(in: context))
                    // What was missed is looked for afterwards.
                    return try self.response(report, order == .catchUp ? .accepted : .ok)
                }
            }
        }
        router.get("/admin/orphans") { request, _ in
            await self.answer(request) { () async throws(AdminFailure) in
                try self.response(Listed(value: try self.desk.orphans()))
            }
        }
    }

    private static func name(in context: BasicRequestContext) -> String { context.parameters.get("name") ?? "" }

    /// Answers the administrator, and no page of another origin even if it knows the token.
    private func answer(
        _ request: Request, with make: () async throws(AdminFailure) -> Response
    ) async -> Response {
        do throws(AdminFailure) {
            guard let token = request.bearerToken, self.adminToken.matches(token) else {
                throw AdminFailure(.unauthorized, "unauthorized", "The admin token is needed.")
            }
            if let origin = request.headers[.origin], !Self.isOwn(origin, host: request.head.authority) {
                throw AdminFailure(.forbidden, "foreignOrigin", "Pages of another origin may not administer this server.")
            }
            return try await make()
        } catch {
            var response = (try? self.response(error.body, error.status)) ?? Response(status: error.status)
            if error.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
            return response
        }
    }

    /// Whether a page comes from this server.
    private static func isOwn(_ origin: String, host: String?) -> Bool {
        guard let host, let separator = origin.firstRange(of: "://") else { return false }
        return origin[separator.upperBound...].lowercased() == host.lowercased()
    }

    private static func declaration(in request: Request) async throws(AdminFailure) -> SubscriptionDeclaration {
        guard let body = try? await request.body.collect(upTo: Self.maximumBody) else {
            throw AdminFailure(.contentTooLarge, "tooLarge", "A declaration has no more than \(Self.maximumBody >> 10) KiB.")
        }
        let data = Data(body.readableBytesView)
        do {
            let members = try JSONDecoder().decode([String: Ignored].self, from: data).keys
            let known = SubscriptionDeclaration.CodingKeys.allCases.map(\.rawValue)
            if let unknown = members.filter({ !known.contains($0) }).sorted().first {
                let meant = Suggestion.nearest(to: unknown, among: known).map { "; did you mean \($0)?" } ?? "."
                throw AdminFailure(
                    .badRequest, "invalidRequest",
                    "A declaration has no member \(String(unknown.prefix(64)).withoutControlCharacters)\(meant)"
                )
            }
            return try JSONDecoder().decode(SubscriptionDeclaration.self, from: data)
        } catch let failure as AdminFailure {
            throw failure
        } catch let DecodingError.keyNotFound(key, _) {
            throw AdminFailure(.badRequest, "invalidRequest", "A declaration needs \(key.stringValue).")
        } catch let DecodingError.typeMismatch(_, context) where !context.codingPath.isEmpty {
            throw AdminFailure(.badRequest, "invalidRequest", "\(context.codingPath[0].stringValue) is of the wrong type.")
        } catch {
            throw AdminFailure(
                .badRequest, "invalidRequest", "A declaration is a JSON object with name, resource and changeType."
            )
        }
    }

    private func response(_ value: some Encodable, _ status: HTTPResponse.Status = .ok) throws(AdminFailure) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            throw AdminFailure(.internalServerError, "unexpected", "The answer could not be written.")
        }
        return Response(status: status, type: "application/json", ByteBuffer(bytes: data))
    }
}

/// Any value, of no interest.
private struct Ignored: Decodable {
    init(from decoder: any Decoder) throws {}
}
