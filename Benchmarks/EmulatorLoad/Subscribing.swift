import AsyncHTTPClient
import Foundation
import GraphEmulator
import NIOCore
import NIOHTTP1

/// Creates the subscriptions, as an application does.
struct Subscribing {
    /// What a user's subscriptions differ in: an application may have each only once.
    static let kinds: [(resource: String, changeType: String)] = {
        let changeTypes = [
            "created,updated,deleted", "created", "updated", "deleted", "created,updated", "created,deleted", "updated,deleted",
        ]
        return ["messages", "mailFolders('inbox')/messages"].flatMap { resource in changeTypes.map { (resource, $0) } }
    }()

    let base: String
    let receiver: String
    let tenant: EmulatedTenant

    struct Refused: Error {
        var answer: String
    }

    func subscribe(perUser: Int, urls: Int) async throws {
        let token = try await self.token()
        let expiry = Date(timeIntervalSinceNow: 6 * 86_400).ISO8601Format()
        let all = self.tenant.users.indices.flatMap { user in (0..<perUser).map { (user, $0) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, (user, kind)) in all.enumerated() {
                if number >= 32 { try await group.next() }
                let (resource, changeType) = Self.kinds[kind]
                let body =
                    #"{"changeType":"\#(changeType)","notificationUrl":"\#(self.receiver)/\#(number % urls)","resource":"users/\#(self.tenant.users[user].id)/\#(resource)","expirationDateTime":"\#(expiry)","clientState":"load"}"#
                group.addTask { try await self.create(body, token) }
            }
            try await group.waitForAll()
        }
    }

    private func create(_ body: String, _ token: String) async throws {
        _ = try await self.post("/v1.0/subscriptions", body, authorization: "Bearer \(token)")
    }

    private func token() async throws -> String {
        let answer = try await self.post(
            "/\(self.tenant.id)/oauth2/v2.0/token",
            "client_id=\(EmulatedApplication.contoso.id)&client_secret=\(EmulatedApplication.contoso.secrets[0].value)&grant_type=client_credentials&scope=https://graph.microsoft.com/.default"
        )
        let object = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        guard let token = object?["access_token"] as? String else { throw Refused(answer: answer) }
        return token
    }

    private func post(_ path: String, _ body: String, authorization: String? = nil) async throws -> String {
        var request = HTTPClientRequest(url: self.base + path)
        request.method = .POST
        if let authorization { request.headers.add(name: "Authorization", value: authorization) }
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let answer = String(buffer: try await response.body.collect(upTo: 1 << 20))
        guard (200..<300).contains(response.status.code) else { throw Refused(answer: answer) }
        return answer
    }
}
