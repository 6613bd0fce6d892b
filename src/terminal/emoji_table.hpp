// The short names of emoji and their signs, NAME:SIGN, in the order of the octets of the names.
//
// Names are those that GitHub, Slack and the tools after them have, as these list them: goldmark-emoji 1.0 (Yusuke
// Inuzuka, Expat licence), python-emoji 2.2 (Taehoon Kim, Kevin Wurster, BSD-3-Clause), node-emoji 1.11 (Daniel Bugl,
// Expat); a few are Clint's own. Where they differ GitHub's word counts. Signs: Unicode, Emoji 14. Without skin tones
// and what is joined of several signs (U+200D), which not every terminal shows as one, and flags of parts of countries,
// whose characters are not allowed in text.
#pragma once

#include <string_view>

namespace chat {

inline constexpr std::string_view emoji_table =
    R"(+1:👍 -1:👎 100:💯 1234:🔢 1st_place_medal:🥇 2nd_place_medal:🥈 3rd_place_medal:🥉 8ball:🎱 a:🅰️ ab:🆎 abacus:🧮
abc:🔤 abcd:🔡 accept:🉑 accordion:🪗 adhesive_bandage:🩹 admission_tickets:🎟️ adult:🧑 aerial_tramway:🚡
afghanistan:🇦🇫 airplane:✈️ airplane_arriving:🛬 airplane_departure:🛫 aland_islands:🇦🇽 alarm_clock:⏰ albania:🇦🇱
alembic:⚗️ algeria:🇩🇿 alien:👽 ambulance:🚑 american_samoa:🇦🇸 amphora:🏺 anatomical_heart:🫀 anchor:⚓ andorra:🇦🇩
angel:👼 anger:💢 angola:🇦🇴 angry:😠 anguilla:🇦🇮 anguished:😧 ant:🐜 antarctica:🇦🇶 antigua_barbuda:🇦🇬 apple:🍎
aquarius:♒ argentina:🇦🇷 aries:♈ armenia:🇦🇲 arrow_backward:◀️ arrow_double_down:⏬ arrow_double_up:⏫ arrow_down:⬇️
arrow_down_small:🔽 arrow_forward:▶️ arrow_heading_down:⤵️ arrow_heading_up:⤴️ arrow_left:⬅️ arrow_lower_left:↙️
arrow_lower_right:↘️ arrow_right:➡️ arrow_right_hook:↪️ arrow_up:⬆️ arrow_up_down:↕️ arrow_up_small:🔼
arrow_upper_left:↖️ arrow_upper_right:↗️ arrows_clockwise:🔃 arrows_counterclockwise:🔄 art:🎨 articulated_lorry:🚛
artificial_satellite:🛰️ aruba:🇦🇼 ascension_island:🇦🇨 asterisk:*️⃣ astonished:😲 athletic_shoe:👟 atm:🏧 atom_symbol:⚛️
australia:🇦🇺 austria:🇦🇹 auto_rickshaw:🛺 avocado:🥑 axe:🪓 azerbaijan:🇦🇿 b:🅱️ baby:👶 baby_bottle:🍼 baby_chick:🐤
baby_symbol:🚼 back:🔙 bacon:🥓 badger:🦡 badminton:🏸 badminton_racquet_and_shuttlecock:🏸 bagel:🥯 baggage_claim:🛄
baguette_bread:🥖 bahamas:🇧🇸 bahrain:🇧🇭 balance_scale:⚖️ ballet_shoes:🩰 balloon:🎈 ballot_box:🗳️
ballot_box_with_ballot:🗳️ ballot_box_with_check:☑️ bamboo:🎍 banana:🍌 bangbang:‼️ bangladesh:🇧🇩 banjo:🪕 bank:🏦
bar_chart:📊 barbados:🇧🇧 barber:💈 barely_sunny:🌥️ baseball:⚾ basket:🧺 basketball:🏀 bat:🦇 bath:🛀 bathtub:🛁
battery:🔋 beach_umbrella:🏖️ beach_with_umbrella:🏖️ beans:🫘 bear:🐻 bearded_person:🧔 beaver:🦫 bed:🛏️ bee:🐝 beer:🍺
beers:🍻 beetle:🪲 beginner:🔰 belarus:🇧🇾 belgium:🇧🇪 belize:🇧🇿 bell:🔔 bell_pepper:🫑 bellhop_bell:🛎️ benin:🇧🇯
bento:🍱 bermuda:🇧🇲 beverage_box:🧃 bhutan:🇧🇹 bicyclist:🚴 bike:🚲 bikini:👙 billed_cap:🧢 biohazard:☣️
biohazard_sign:☣️ bird:🐦 birthday:🎂 bison:🦬 biting_lip:🫦 black_circle:⚫ black_circle_for_record:⏺️ black_flag:🏴
black_heart:🖤 black_joker:🃏 black_large_square:⬛ black_left_pointing_double_triangle_with_vertical_bar:⏮️
black_medium_small_square:◾ black_medium_square:◼️ black_nib:✒️
black_right_pointing_double_triangle_with_vertical_bar:⏭️ black_right_pointing_triangle_with_double_vertical_bar:⏯️
black_small_square:▪️ black_square_button:🔲 black_square_for_stop:⏹️ blond_haired_person:👱 blossom:🌼 blowfish:🐡
blue_book:📘 blue_car:🚙 blue_heart:💙 blue_square:🟦 blueberries:🫐 blush:😊 boar:🐗 boat:⛵ bolivia:🇧🇴 bomb:💣
bone:🦴 book:📖 bookmark:🔖 bookmark_tabs:📑 books:📚 boom:💥 boomerang:🪃 boot:👢 bosnia_herzegovina:🇧🇦 botswana:🇧🇼
bouncing_ball_person:⛹️ bouquet:💐 bouvet_island:🇧🇻 bow:🙇 bow_and_arrow:🏹 bowl_with_spoon:🥣 bowling:🎳
boxing_glove:🥊 boy:👦 brain:🧠 brazil:🇧🇷 bread:🍞 breast-feeding:🤱 breast_feeding:🤱 bricks:🧱 bride_with_veil:👰
bridge_at_night:🌉 briefcase:💼 briefs:🩲 british_indian_ocean_territory:🇮🇴 british_virgin_islands:🇻🇬 broccoli:🥦
broken_heart:💔 broom:🧹 brown_circle:🟤 brown_heart:🤎 brown_square:🟫 brunei:🇧🇳 bubble_tea:🧋 bubbles:🫧 bucket:🪣
bug:🐛 building_construction:🏗️ bulb:💡 bulgaria:🇧🇬 bullettrain_front:🚅 bullettrain_side:🚄 burkina_faso:🇧🇫
burrito:🌯 burundi:🇧🇮 bus:🚌 business_suit_levitating:🕴️ busstop:🚏 bust_in_silhouette:👤 busts_in_silhouette:👥
butter:🧈 butterfly:🦋 cactus:🌵 cake:🍰 calendar:📆 call_me_hand:🤙 calling:📲 cambodia:🇰🇭 camel:🐫 camera:📷
camera_flash:📸 camera_with_flash:📸 cameroon:🇨🇲 camping:🏕️ canada:🇨🇦 canary_islands:🇮🇨 cancer:♋ candle:🕯️ candy:🍬
canned_food:🥫 canoe:🛶 cape_verde:🇨🇻 capital_abcd:🔠 capricorn:♑ car:🚗 card_file_box:🗃️ card_index:📇
card_index_dividers:🗂️ caribbean_netherlands:🇧🇶 carousel_horse:🎠 carpentry_saw:🪚 carrot:🥕 cartwheeling:🤸 cat:🐱
cat2:🐈 cayman_islands:🇰🇾 cd:💿 central_african_republic:🇨🇫 ceuta_melilla:🇪🇦 chad:🇹🇩 chains:⛓️ chair:🪑 champagne:🍾
chart:💹 chart_with_downwards_trend:📉 chart_with_upwards_trend:📈 check:✅ checkered_flag:🏁 cheese:🧀
cheese_wedge:🧀 cherries:🍒 cherry_blossom:🌸 chess_pawn:♟️ chestnut:🌰 chicken:🐔 child:🧒 children_crossing:🚸
chile:🇨🇱 chipmunk:🐿️ chocolate_bar:🍫 chopsticks:🥢 christmas_island:🇨🇽 christmas_tree:🎄 church:⛪ cinema:🎦
circus_tent:🎪 city_sunrise:🌇 city_sunset:🌆 cityscape:🏙️ cl:🆑 clamp:🗜️ clap:👏 clapper:🎬 classical_building:🏛️
climbing:🧗 clinking_glasses:🥂 clipboard:📋 clipperton_island:🇨🇵 clock1:🕐 clock10:🕙 clock1030:🕥 clock11:🕚
clock1130:🕦 clock12:🕛 clock1230:🕧 clock130:🕜 clock2:🕑 clock230:🕝 clock3:🕒 clock330:🕞 clock4:🕓 clock430:🕟
clock5:🕔 clock530:🕠 clock6:🕕 clock630:🕡 clock7:🕖 clock730:🕢 clock8:🕗 clock830:🕣 clock9:🕘 clock930:🕤
closed_book:📕 closed_lock_with_key:🔐 closed_umbrella:🌂 cloud:☁️ cloud_with_lightning:🌩️
cloud_with_lightning_and_rain:⛈️ cloud_with_rain:🌧️ cloud_with_snow:🌨️ cloud_with_tornado:🌪️ clown_face:🤡 clubs:♣️
cn:🇨🇳 coat:🧥 cockroach:🪳 cocktail:🍸 coconut:🥥 cocos_islands:🇨🇨 coffee:☕ coffin:⚰️ coin:🪙 cold_face:🥶
cold_sweat:😰 collision:💥 colombia:🇨🇴 comet:☄️ comoros:🇰🇲 compass:🧭 compression:🗜️ computer:💻 computer_mouse:🖱️
confetti:🎊 confetti_ball:🎊 confounded:😖 confused:😕 congo_brazzaville:🇨🇬 congo_kinshasa:🇨🇩 congratulations:㊗️
construction:🚧 construction_worker:👷 control_knobs:🎛️ convenience_store:🏪 cook_islands:🇨🇰 cookie:🍪 cooking:🍳
cool:🆒 cop:👮 copyright:©️ coral:🪸 corn:🌽 costa_rica:🇨🇷 cote_divoire:🇨🇮 couch_and_lamp:🛋️ couple:👫
couple_with_heart:💑 couplekiss:💏 cow:🐮 cow2:🐄 cowboy_hat_face:🤠 crab:🦀 crayon:🖍️ credit_card:💳 crescent_moon:🌙
cricket:🦗 cricket_bat_and_ball:🏏 cricket_game:🏏 croatia:🇭🇷 crocodile:🐊 croissant:🥐 crossed_fingers:🤞
crossed_flags:🎌 crossed_swords:⚔️ crown:👑 crutch:🩼 cry:😢 crying_cat_face:😿 crystal_ball:🔮 cuba:🇨🇺 cucumber:🥒
cup_with_straw:🥤 cupcake:🧁 cupid:💘 curacao:🇨🇼 curling_stone:🥌 curly_loop:➰ currency_exchange:💱 curry:🍛
cursing_face:🤬 custard:🍮 customs:🛃 cut_of_meat:🥩 cyclone:🌀 cyprus:🇨🇾 czech_republic:🇨🇿 dagger:🗡️ dagger_knife:🗡️
dancer:💃 dancers:👯 dango:🍡 dark_sunglasses:🕶️ dart:🎯 dash:💨 date:📅 de:🇩🇪 deaf_person:🧏 deciduous_tree:🌳
deer:🦌 denmark:🇩🇰 department_store:🏬 derelict_house:🏚️ derelict_house_building:🏚️ desert:🏜️ desert_island:🏝️
desktop_computer:🖥️ detective:🕵️ diamond_shape_with_a_dot_inside:💠 diamonds:♦️ diego_garcia:🇩🇬 disappointed:😞
disappointed_relieved:😥 disguised_face:🥸 diving_mask:🤿 diya_lamp:🪔 dizzy:💫 dizzy_face:😵 djibouti:🇩🇯 dna:🧬
do_not_litter:🚯 dodo:🦤 dog:🐶 dog2:🐕 dollar:💵 dolls:🎎 dolphin:🐬 dominica:🇩🇲 dominican_republic:🇩🇴 door:🚪
dotted_line_face:🫥 double_vertical_bar:⏸️ doughnut:🍩 dove:🕊️ dove_of_peace:🕊️ dragon:🐉 dragon_face:🐲 dress:👗
dromedary_camel:🐪 drooling_face:🤤 drop_of_blood:🩸 droplet:💧 drum:🥁 drum_with_drumsticks:🥁 duck:🦆 dumpling:🥟
dvd:📀 e-mail:📧 eagle:🦅 ear:👂 ear_of_rice:🌾 ear_with_hearing_aid:🦻 earth:🌍 earth_africa:🌍 earth_americas:🌎
earth_asia:🌏 ecuador:🇪🇨 egg:🥚 eggplant:🍆 egypt:🇪🇬 eight:8️⃣ eight_pointed_black_star:✴️ eight_spoked_asterisk:✳️
eject:⏏️ eject_button:⏏️ eject_symbol:⏏️ el_salvador:🇸🇻 electric_plug:🔌 elephant:🐘 elevator:🛗 elf:🧝 email:✉️
empty_nest:🪹 end:🔚 envelope:✉️ envelope_with_arrow:📩 equatorial_guinea:🇬🇶 eritrea:🇪🇷 es:🇪🇸 estonia:🇪🇪 ethiopia:🇪🇹
eu:🇪🇺 euro:💶 european_castle:🏰 european_post_office:🏤 european_union:🇪🇺 evergreen_tree:🌲 exclamation:❗
exploding_head:🤯 expressionless:😑 eye:👁️ eyeglasses:👓 eyes:👀 face_holding_back_tears:🥹 face_palm:🤦
face_vomiting:🤮 face_with_cowboy_hat:🤠 face_with_diagonal_mouth:🫤 face_with_finger_covering_closed_lips:🤫
face_with_hand_over_mouth:🤭 face_with_head_bandage:🤕 face_with_monocle:🧐 face_with_one_eyebrow_raised:🤨
face_with_open_eyes_and_hand_over_mouth:🫢 face_with_open_mouth_vomiting:🤮 face_with_peeking_eye:🫣
face_with_raised_eyebrow:🤨 face_with_rolling_eyes:🙄 face_with_symbols_on_mouth:🤬 face_with_thermometer:🤒
facepalm:🤦 facepunch:👊 factory:🏭 fairy:🧚 falafel:🧆 falkland_islands:🇫🇰 fallen_leaf:🍂 family:👪 faroe_islands:🇫🇴
fast_forward:⏩ fax:📠 fearful:😨 feather:🪶 feet:🐾 female_sign:♀️ fencer:🤺 ferris_wheel:🎡 ferry:⛴️ field_hockey:🏑
field_hockey_stick_and_ball:🏑 fiji:🇫🇯 file_cabinet:🗄️ file_folder:📁 film_frames:🎞️ film_projector:📽️ film_strip:🎞️
finland:🇫🇮 fire:🔥 fire_engine:🚒 fire_extinguisher:🧯 firecracker:🧨 fireworks:🎆 first_place_medal:🥇
first_quarter_moon:🌓 first_quarter_moon_with_face:🌛 fish:🐟 fish_cake:🍥 fishing_pole_and_fish:🎣 fist:✊
fist_left:🤛 fist_oncoming:👊 fist_raised:✊ fist_right:🤜 five:5️⃣ flag:🏁 flag-ac:🇦🇨 flag-ad:🇦🇩 flag-ae:🇦🇪 flag-af:🇦🇫
flag-ag:🇦🇬 flag-ai:🇦🇮 flag-al:🇦🇱 flag-am:🇦🇲 flag-ao:🇦🇴 flag-aq:🇦🇶 flag-ar:🇦🇷 flag-as:🇦🇸 flag-at:🇦🇹 flag-au:🇦🇺
flag-aw:🇦🇼 flag-ax:🇦🇽 flag-az:🇦🇿 flag-ba:🇧🇦 flag-bb:🇧🇧 flag-bd:🇧🇩 flag-be:🇧🇪 flag-bf:🇧🇫 flag-bg:🇧🇬 flag-bh:🇧🇭
flag-bi:🇧🇮 flag-bj:🇧🇯 flag-bl:🇧🇱 flag-bm:🇧🇲 flag-bn:🇧🇳 flag-bo:🇧🇴 flag-bq:🇧🇶 flag-br:🇧🇷 flag-bs:🇧🇸 flag-bt:🇧🇹
flag-bv:🇧🇻 flag-bw:🇧🇼 flag-by:🇧🇾 flag-bz:🇧🇿 flag-ca:🇨🇦 flag-cc:🇨🇨 flag-cd:🇨🇩 flag-cf:🇨🇫 flag-cg:🇨🇬 flag-ch:🇨🇭
flag-ci:🇨🇮 flag-ck:🇨🇰 flag-cl:🇨🇱 flag-cm:🇨🇲 flag-cn:🇨🇳 flag-co:🇨🇴 flag-cp:🇨🇵 flag-cr:🇨🇷 flag-cu:🇨🇺 flag-cv:🇨🇻
flag-cw:🇨🇼 flag-cx:🇨🇽 flag-cy:🇨🇾 flag-cz:🇨🇿 flag-de:🇩🇪 flag-dg:🇩🇬 flag-dj:🇩🇯 flag-dk:🇩🇰 flag-dm:🇩🇲 flag-do:🇩🇴
flag-dz:🇩🇿 flag-ea:🇪🇦 flag-ec:🇪🇨 flag-ee:🇪🇪 flag-eg:🇪🇬 flag-eh:🇪🇭 flag-er:🇪🇷 flag-es:🇪🇸 flag-et:🇪🇹 flag-eu:🇪🇺
flag-fi:🇫🇮 flag-fj:🇫🇯 flag-fk:🇫🇰 flag-fm:🇫🇲 flag-fo:🇫🇴 flag-fr:🇫🇷 flag-ga:🇬🇦 flag-gb:🇬🇧 flag-gd:🇬🇩 flag-ge:🇬🇪
flag-gf:🇬🇫 flag-gg:🇬🇬 flag-gh:🇬🇭 flag-gi:🇬🇮 flag-gl:🇬🇱 flag-gm:🇬🇲 flag-gn:🇬🇳 flag-gp:🇬🇵 flag-gq:🇬🇶 flag-gr:🇬🇷
flag-gs:🇬🇸 flag-gt:🇬🇹 flag-gu:🇬🇺 flag-gw:🇬🇼 flag-gy:🇬🇾 flag-hk:🇭🇰 flag-hm:🇭🇲 flag-hn:🇭🇳 flag-hr:🇭🇷 flag-ht:🇭🇹
flag-hu:🇭🇺 flag-ic:🇮🇨 flag-id:🇮🇩 flag-ie:🇮🇪 flag-il:🇮🇱 flag-im:🇮🇲 flag-in:🇮🇳 flag-io:🇮🇴 flag-iq:🇮🇶 flag-ir:🇮🇷
flag-is:🇮🇸 flag-it:🇮🇹 flag-je:🇯🇪 flag-jm:🇯🇲 flag-jo:🇯🇴 flag-jp:🇯🇵 flag-ke:🇰🇪 flag-kg:🇰🇬 flag-kh:🇰🇭 flag-ki:🇰🇮
flag-km:🇰🇲 flag-kn:🇰🇳 flag-kp:🇰🇵 flag-kr:🇰🇷 flag-kw:🇰🇼 flag-ky:🇰🇾 flag-kz:🇰🇿 flag-la:🇱🇦 flag-lb:🇱🇧 flag-lc:🇱🇨
flag-li:🇱🇮 flag-lk:🇱🇰 flag-lr:🇱🇷 flag-ls:🇱🇸 flag-lt:🇱🇹 flag-lu:🇱🇺 flag-lv:🇱🇻 flag-ly:🇱🇾 flag-ma:🇲🇦 flag-mc:🇲🇨
flag-md:🇲🇩 flag-me:🇲🇪 flag-mf:🇲🇫 flag-mg:🇲🇬 flag-mh:🇲🇭 flag-mk:🇲🇰 flag-ml:🇲🇱 flag-mm:🇲🇲 flag-mn:🇲🇳 flag-mo:🇲🇴
flag-mp:🇲🇵 flag-mq:🇲🇶 flag-mr:🇲🇷 flag-ms:🇲🇸 flag-mt:🇲🇹 flag-mu:🇲🇺 flag-mv:🇲🇻 flag-mw:🇲🇼 flag-mx:🇲🇽 flag-my:🇲🇾
flag-mz:🇲🇿 flag-na:🇳🇦 flag-nc:🇳🇨 flag-ne:🇳🇪 flag-nf:🇳🇫 flag-ng:🇳🇬 flag-ni:🇳🇮 flag-nl:🇳🇱 flag-no:🇳🇴 flag-np:🇳🇵
flag-nr:🇳🇷 flag-nu:🇳🇺 flag-nz:🇳🇿 flag-om:🇴🇲 flag-pa:🇵🇦 flag-pe:🇵🇪 flag-pf:🇵🇫 flag-pg:🇵🇬 flag-ph:🇵🇭 flag-pk:🇵🇰
flag-pl:🇵🇱 flag-pm:🇵🇲 flag-pn:🇵🇳 flag-pr:🇵🇷 flag-ps:🇵🇸 flag-pt:🇵🇹 flag-pw:🇵🇼 flag-py:🇵🇾 flag-qa:🇶🇦 flag-re:🇷🇪
flag-ro:🇷🇴 flag-rs:🇷🇸 flag-ru:🇷🇺 flag-rw:🇷🇼 flag-sa:🇸🇦 flag-sb:🇸🇧 flag-sc:🇸🇨 flag-sd:🇸🇩 flag-se:🇸🇪 flag-sg:🇸🇬
flag-sh:🇸🇭 flag-si:🇸🇮 flag-sj:🇸🇯 flag-sk:🇸🇰 flag-sl:🇸🇱 flag-sm:🇸🇲 flag-sn:🇸🇳 flag-so:🇸🇴 flag-sr:🇸🇷 flag-ss:🇸🇸
flag-st:🇸🇹 flag-sv:🇸🇻 flag-sx:🇸🇽 flag-sy:🇸🇾 flag-sz:🇸🇿 flag-ta:🇹🇦 flag-tc:🇹🇨 flag-td:🇹🇩 flag-tf:🇹🇫 flag-tg:🇹🇬
flag-th:🇹🇭 flag-tj:🇹🇯 flag-tk:🇹🇰 flag-tl:🇹🇱 flag-tm:🇹🇲 flag-tn:🇹🇳 flag-to:🇹🇴 flag-tr:🇹🇷 flag-tt:🇹🇹 flag-tv:🇹🇻
flag-tw:🇹🇼 flag-tz:🇹🇿 flag-ua:🇺🇦 flag-ug:🇺🇬 flag-um:🇺🇲 flag-un:🇺🇳 flag-us:🇺🇸 flag-uy:🇺🇾 flag-uz:🇺🇿 flag-va:🇻🇦
flag-vc:🇻🇨 flag-ve:🇻🇪 flag-vg:🇻🇬 flag-vi:🇻🇮 flag-vn:🇻🇳 flag-vu:🇻🇺 flag-wf:🇼🇫 flag-ws:🇼🇸 flag-xk:🇽🇰 flag-ye:🇾🇪
flag-yt:🇾🇹 flag-za:🇿🇦 flag-zm:🇿🇲 flag-zw:🇿🇼 flags:🎏 flamingo:🦩 flashlight:🔦 flat_shoe:🥿 flatbread:🫓
)"
    R"(fleur_de_lis:⚜️ flight_arrival:🛬 flight_departure:🛫 flipper:🐬 floppy_disk:💾 flower:🌼 flower_playing_cards:🎴
flushed:😳 fly:🪰 flying_disc:🥏 flying_saucer:🛸 fog:🌫️ foggy:🌁 fondue:🫕 foot:🦶 football:🏈 footprints:👣
fork_and_knife:🍴 fortune_cookie:🥠 fountain:⛲ fountain_pen:🖋️ four:4️⃣ four_leaf_clover:🍀 fox:🦊 fox_face:🦊 fr:🇫🇷
frame_with_picture:🖼️ framed_picture:🖼️ free:🆓 french_guiana:🇬🇫 french_polynesia:🇵🇫 french_southern_territories:🇹🇫
fried_egg:🍳 fried_shrimp:🍤 fries:🍟 frog:🐸 frowning:😦 frowning_face:☹️ frowning_person:🙍 fu:🖕 fuelpump:⛽
full_moon:🌕 full_moon_with_face:🌝 funeral_urn:⚱️ gabon:🇬🇦 gambia:🇬🇲 game_die:🎲 garlic:🧄 gb:🇬🇧 gear:⚙️ gem:💎
gemini:♊ genie:🧞 georgia:🇬🇪 ghana:🇬🇭 ghost:👻 gibraltar:🇬🇮 gift:🎁 gift_heart:💝 giraffe:🦒 giraffe_face:🦒 girl:👧
glass_of_milk:🥛 globe:🌐 globe_with_meridians:🌐 gloves:🧤 goal_net:🥅 goat:🐐 goggles:🥽 golf:⛳ golfer:🏌️
golfing:🏌️ gorilla:🦍 grapes:🍇 greece:🇬🇷 green_apple:🍏 green_book:📗 green_circle:🟢 green_heart:💚 green_salad:🥗
green_square:🟩 greenland:🇬🇱 grenada:🇬🇩 grey_exclamation:❕ grey_question:❔ grimacing:😬 grin:😁 grinning:😀
grinning_face_with_one_large_and_one_small_eye:🤪 grinning_face_with_star_eyes:🤩 guadeloupe:🇬🇵 guam:🇬🇺 guard:💂
guatemala:🇬🇹 guernsey:🇬🇬 guide_dog:🦮 guinea:🇬🇳 guinea_bissau:🇬🇼 guitar:🎸 gun:🔫 guyana:🇬🇾 haircut:💇 haiti:🇭🇹
hamburger:🍔 hammer:🔨 hammer_and_pick:⚒️ hammer_and_wrench:🛠️ hamsa:🪬 hamster:🐹 hand:✋ hand_over_mouth:🤭
hand_with_index_and_middle_fingers_crossed:🤞 hand_with_index_finger_and_thumb_crossed:🫰 handbag:👜 handball:🤾
handball_person:🤾 handshake:🤝 hankey:💩 hash:#️⃣ hatched_chick:🐥 hatching_chick:🐣 headphones:🎧 headstone:🪦
hear_no_evil:🙉 heard_mcdonald_islands:🇭🇲 heart:❤️ heart_decoration:💟 heart_eyes:😍 heart_eyes_cat:😻 heart_hands:🫶
heartbeat:💓 heartpulse:💗 hearts:♥️ heavy_check_mark:✔️ heavy_division_sign:➗ heavy_dollar_sign:💲
heavy_equals_sign:🟰 heavy_exclamation_mark:❗ heavy_heart_exclamation:❣️ heavy_heart_exclamation_mark_ornament:❣️
heavy_minus_sign:➖ heavy_multiplication_x:✖️ heavy_plus_sign:➕ hedgehog:🦔 helicopter:🚁 helmet_with_white_cross:⛑️
herb:🌿 hibiscus:🌺 high_brightness:🔆 high_heel:👠 hiking_boot:🥾 hindu_temple:🛕 hippopotamus:🦛 hocho:🔪 hole:🕳️
honduras:🇭🇳 honey_pot:🍯 honeybee:🐝 hong_kong:🇭🇰 hook:🪝 horse:🐴 horse_racing:🏇 hospital:🏥 hot_face:🥵
hot_pepper:🌶️ hotdog:🌭 hotel:🏨 hotsprings:♨️ hourglass:⌛ hourglass_flowing_sand:⏳ house:🏠 house_buildings:🏘️
house_with_garden:🏡 houses:🏘️ hug:🤗 hugging_face:🤗 hugs:🤗 hungary:🇭🇺 hushed:😯 hut:🛖 i_love_you_hand_sign:🤟
ice_cream:🍨 ice_cube:🧊 ice_hockey:🏒 ice_hockey_stick_and_puck:🏒 ice_skate:⛸️ icecream:🍦 iceland:🇮🇸 id:🆔
identification_card:🪪 ideograph_advantage:🉐 imp:👿 inbox_tray:📥 incoming_envelope:📨
index_pointing_at_the_viewer:🫵 india:🇮🇳 indonesia:🇮🇩 infinity:♾️ information_desk_person:💁 information_source:ℹ️
innocent:😇 interrobang:⁉️ iphone:📱 iran:🇮🇷 iraq:🇮🇶 ireland:🇮🇪 isle_of_man:🇮🇲 israel:🇮🇱 it:🇮🇹 izakaya_lantern:🏮
jack_o_lantern:🎃 jamaica:🇯🇲 japan:🗾 japanese_castle:🏯 japanese_goblin:👺 japanese_ogre:👹 jar:🫙 jeans:👖 jersey:🇯🇪
jigsaw:🧩 jordan:🇯🇴 joy:😂 joy_cat:😹 joystick:🕹️ jp:🇯🇵 juggling:🤹 juggling_person:🤹 kaaba:🕋 kangaroo:🦘
kazakhstan:🇰🇿 kenya:🇰🇪 key:🔑 keyboard:⌨️ keycap_star:*️⃣ keycap_ten:🔟 kick_scooter:🛴 kimono:👘 kiribati:🇰🇮 kiss:💋
kissing:😗 kissing_cat:😽 kissing_closed_eyes:😚 kissing_heart:😘 kissing_smiling_eyes:😙 kite:🪁 kiwi_fruit:🥝
kiwifruit:🥝 kneeling_person:🧎 knife:🔪 knife_fork_plate:🍽️ knot:🪢 koala:🐨 koko:🈁 kosovo:🇽🇰 kr:🇰🇷 kuwait:🇰🇼
kyrgyzstan:🇰🇬 lab_coat:🥼 label:🏷️ lacrosse:🥍 ladder:🪜 lady_beetle:🐞 ladybug:🐞 lantern:🏮 laos:🇱🇦
large_blue_circle:🔵 large_blue_diamond:🔷 large_blue_square:🟦 large_brown_circle:🟤 large_brown_square:🟫
large_green_circle:🟢 large_green_square:🟩 large_orange_circle:🟠 large_orange_diamond:🔶 large_orange_square:🟧
large_purple_circle:🟣 large_purple_square:🟪 large_red_square:🟥 large_yellow_circle:🟡 large_yellow_square:🟨
last_quarter_moon:🌗 last_quarter_moon_with_face:🌜 latin_cross:✝️ latvia:🇱🇻 laughing:😆 leaf:🍃 leafy_green:🥬
leaves:🍃 lebanon:🇱🇧 ledger:📒 left-facing_fist:🤛 left_luggage:🛅 left_right_arrow:↔️ left_speech_bubble:🗨️
leftwards_arrow_with_hook:↩️ leftwards_hand:🫲 leg:🦵 lemon:🍋 leo:♌ leopard:🐆 lesotho:🇱🇸 level_slider:🎚️ liberia:🇱🇷
libra:♎ libya:🇱🇾 liechtenstein:🇱🇮 light_rail:🚈 lightning:🌩️ lightning_cloud:🌩️ link:🔗 linked_paperclips:🖇️ lion:🦁
lion_face:🦁 lips:👄 lipstick:💄 lithuania:🇱🇹 lizard:🦎 llama:🦙 lobster:🦞 lock:🔒 lock_with_ink_pen:🔏 lollipop:🍭
long_drum:🪘 loop:➿ lotion_bottle:🧴 lotus:🪷 lotus_position:🧘 loud_sound:🔊 loudspeaker:📢 love_hotel:🏩
love_letter:💌 love_you_gesture:🤟 low_battery:🪫 low_brightness:🔅 lower_left_ballpoint_pen:🖊️ lower_left_crayon:🖍️
lower_left_fountain_pen:🖋️ lower_left_paintbrush:🖌️ luggage:🧳 lungs:🫁 luxembourg:🇱🇺 lying_face:🤥 m:Ⓜ️ macau:🇲🇴
macedonia:🇲🇰 madagascar:🇲🇬 mag:🔍 mag_right:🔎 mage:🧙 magic_wand:🪄 magnet:🧲 mahjong:🀄 mailbox:📫 mailbox_closed:📪
mailbox_with_mail:📬 mailbox_with_no_mail:📭 malawi:🇲🇼 malaysia:🇲🇾 maldives:🇲🇻 male_sign:♂️ mali:🇲🇱 malta:🇲🇹
mammoth:🦣 man:👨 man_and_woman_holding_hands:👫 man_dancing:🕺 man_in_business_suit_levitating:🕴️
man_with_gua_pi_mao:👲 mandarin:🍊 mango:🥭 mans_shoe:👞 mantelpiece_clock:🕰️ manual_wheelchair:🦽 maple_leaf:🍁
marshall_islands:🇲🇭 martial_arts_uniform:🥋 martinique:🇲🇶 mask:😷 massage:💆 mate:🧉 mate_drink:🧉 mauritania:🇲🇷
mauritius:🇲🇺 mayotte:🇾🇹 meat_on_bone:🍖 mechanical_arm:🦾 mechanical_leg:🦿 medal:🎖️ medal_military:🎖️ medal_sports:🏅
medical_symbol:⚕️ mega:📣 melon:🍈 melting_face:🫠 memo:📝 men_holding_hands:👬 menorah:🕎
menorah_with_nine_branches:🕎 mens:🚹 merperson:🧜 metal:🤘 metro:🚇 mexico:🇲🇽 microbe:🦠 micronesia:🇫🇲 microphone:🎤
microscope:🔬 middle_finger:🖕 military_helmet:🪖 milk_glass:🥛 milky_way:🌌 minibus:🚐 minidisc:💽 mirror:🪞
mirror_ball:🪩 mobile_phone_off:📴 moldova:🇲🇩 monaco:🇲🇨 money_mouth_face:🤑 money_with_wings:💸 moneybag:💰
mongolia:🇲🇳 monkey:🐒 monkey_face:🐵 monocle_face:🧐 monorail:🚝 montenegro:🇲🇪 montserrat:🇲🇸 moon:🌔 moon_cake:🥮
morocco:🇲🇦 mortar_board:🎓 mosque:🕌 mosquito:🦟 mostly_sunny:🌤️ mother_christmas:🤶 motor_boat:🛥️ motor_scooter:🛵
motorcycle:🏍️ motorized_wheelchair:🦼 motorway:🛣️ mount_fuji:🗻 mountain:⛰️ mountain_bicyclist:🚵 mountain_cableway:🚠
mountain_railway:🚞 mountain_snow:🏔️ mouse:🐭 mouse2:🐁 mouse_trap:🪤 movie_camera:🎥 moyai:🗿 mozambique:🇲🇿
mrs_claus:🤶 muscle:💪 mushroom:🍄 musical_keyboard:🎹 musical_note:🎵 musical_score:🎼 mute:🔇 myanmar:🇲🇲
nail_care:💅 name_badge:📛 namibia:🇳🇦 national_park:🏞️ nauru:🇳🇷 nauseated_face:🤢 nazar_amulet:🧿 necktie:👔
negative_squared_cross_mark:❎ nepal:🇳🇵 nerd:🤓 nerd_face:🤓 nest_with_eggs:🪺 nesting_dolls:🪆 netherlands:🇳🇱
neutral_face:😐 new:🆕 new_caledonia:🇳🇨 new_moon:🌑 new_moon_with_face:🌚 new_zealand:🇳🇿 newspaper:📰
newspaper_roll:🗞️ next_track_button:⏭️ ng:🆖 nicaragua:🇳🇮 niger:🇳🇪 nigeria:🇳🇬 night_with_stars:🌃 nine:9️⃣ ninja:🥷
niue:🇳🇺 no_bell:🔕 no_bicycles:🚳 no_entry:⛔ no_entry_sign:🚫 no_good:🙅 no_mobile_phones:📵 no_mouth:😶
no_pedestrians:🚷 no_smoking:🚭 non-potable_water:🚱 norfolk_island:🇳🇫 north_korea:🇰🇵 northern_mariana_islands:🇲🇵
norway:🇳🇴 nose:👃 notebook:📓 notebook_with_decorative_cover:📔 notes:🎶 nut_and_bolt:🔩 o:⭕ o2:🅾️ ocean:🌊
octagonal_sign:🛑 octopus:🐙 oden:🍢 office:🏢 oil_drum:🛢️ ok:🆗 ok_hand:👌 ok_person:🙆 old_key:🗝️ older_adult:🧓
older_man:👴 older_woman:👵 olive:🫒 om:🕉️ om_symbol:🕉️ oman:🇴🇲 on:🔛 oncoming_automobile:🚘 oncoming_bus:🚍
oncoming_police_car:🚔 oncoming_taxi:🚖 one:1️⃣ one-piece_swimsuit:🩱 one_piece_swimsuit:🩱 onion:🧅 open_book:📖
open_file_folder:📂 open_hands:👐 open_mouth:😮 open_umbrella:☂️ ophiuchus:⛎ orange:🍊 orange_book:📙
orange_circle:🟠 orange_heart:🧡 orange_square:🟧 orangutan:🦧 orthodox_cross:☦️ otter:🦦 outbox_tray:📤 owl:🦉 ox:🐂
oyster:🦪 package:📦 page_facing_up:📄 page_with_curl:📃 pager:📟 paintbrush:🖌️ pakistan:🇵🇰 palau:🇵🇼
palestinian_territories:🇵🇸 palm_down_hand:🫳 palm_tree:🌴 palm_up_hand:🫴 palms_up_together:🤲 panama:🇵🇦 pancakes:🥞
panda:🐼 panda_face:🐼 paperclip:📎 paperclips:🖇️ papua_new_guinea:🇵🇬 parachute:🪂 paraguay:🇵🇾 parasol_on_ground:⛱️
parking:🅿️ parrot:🦜 part_alternation_mark:〽️ partly_sunny:⛅ partly_sunny_rain:🌦️ party:🥳 partying_face:🥳
passenger_ship:🛳️ passport_control:🛂 pause_button:⏸️ paw_prints:🐾 peace_symbol:☮️ peach:🍑 peacock:🦚 peanuts:🥜
pear:🍐 pen:🖊️ pencil:📝 pencil2:✏️ penguin:🐧 pensive:😔 people_hugging:🫂 performing_arts:🎭 persevere:😣
person_doing_cartwheel:🤸 person_fencing:🤺 person_in_tuxedo:🤵 person_with_ball:⛹️ person_with_blond_hair:👱
person_with_crown:🫅 person_with_headscarf:🧕 person_with_pouting_face:🙎 person_with_turban:👳 peru:🇵🇪 petri_dish:🧫
philippines:🇵🇭 phone:☎️ pick:⛏️ pickup_truck:🛻 pie:🥧 pig:🐷 pig2:🐖 pig_nose:🐽 pill:💊 pin:📌 pinata:🪅
pinched_fingers:🤌 pinching_hand:🤏 pineapple:🍍 ping_pong:🏓 pisces:♓ pitcairn_islands:🇵🇳 pizza:🍕 placard:🪧
place_of_worship:🛐 plate_with_cutlery:🍽️ play_or_pause_button:⏯️ playground_slide:🛝 pleading_face:🥺 plunger:🪠
point_down:👇 point_left:👈 point_right:👉 point_up:☝️ point_up_2:👆 poland:🇵🇱 police_car:🚓 police_officer:👮
poodle:🐩 poop:💩 popcorn:🍿 portugal:🇵🇹 post_office:🏣 postal_horn:📯 postbox:📮 potable_water:🚰 potato:🥔
potted_plant:🪴 pouch:👝 poultry_leg:🍗 pound:💷 pouring_liquid:🫗 pout:😡 pouting_cat:😾 pouting_face:🙎 pray:🙏
prayer_beads:📿 pregnant_man:🫃 pregnant_person:🫄 pregnant_woman:🤰 pretzel:🥨 previous_track_button:⏮️ prince:🤴
princess:👸 printer:🖨️ probing_cane:🦯 puerto_rico:🇵🇷 punch:👊 purple_circle:🟣 purple_heart:💜 purple_square:🟪
purse:👛 pushpin:📌 put_litter_in_its_place:🚮 qatar:🇶🇦 question:❓ rabbit:🐰 rabbit2:🐇 raccoon:🦝 racehorse:🐎
racing_car:🏎️ racing_motorcycle:🏍️ radio:📻 radio_button:🔘 radioactive:☢️ radioactive_sign:☢️ rage:😡 railway_car:🚃
railway_track:🛤️ rain:🌧️ rain_cloud:🌧️ rainbow:🌈 raised_back_of_hand:🤚 raised_eyebrow:🤨 raised_hand:✋
raised_hand_with_fingers_splayed:🖐️ raised_hand_with_part_between_middle_and_ring_fingers:🖖 raised_hands:🙌
raising_hand:🙋 ram:🐏 ramen:🍜 rat:🐀 razor:🪒 receipt:🧾 record_button:⏺️ recycle:♻️ red_car:🚗 red_circle:🔴
red_envelope:🧧 red_square:🟥 registered:®️ relaxed:☺️ relieved:😌 reminder_ribbon:🎗️ repeat:🔁 repeat_one:🔂
rescue_worker_helmet:⛑️ restroom:🚻 reunion:🇷🇪 reversed_hand_with_middle_finger_extended:🖕 revolving_hearts:💞
rewind:⏪ rhinoceros:🦏 ribbon:🎀 rice:🍚 rice_ball:🍙 rice_cracker:🍘 rice_scene:🎑 right-facing_fist:🤜
right_anger_bubble:🗯️ rightwards_hand:🫱 ring:💍 ring_buoy:🛟 ringed_planet:🪐 robot:🤖 robot_face:🤖 rock:🪨
rocket:🚀 rofl:🤣 roll_eyes:🙄 roll_of_paper:🧻 rolled_up_newspaper:🗞️ roller_coaster:🎢 roller_skate:🛼
rolling_on_the_floor_laughing:🤣 romania:🇷🇴 rooster:🐓 rose:🌹 rosette:🏵️ rotating_light:🚨 round_pushpin:📍
rowboat:🚣 ru:🇷🇺 rugby_football:🏉 runner:🏃 running:🏃 running_shirt_with_sash:🎽 rwanda:🇷🇼 sa:🈂️ sad:😞
safety_pin:🧷 safety_vest:🦺 sagittarius:♐ sailboat:⛵ sake:🍶 salt:🧂 saluting_face:🫡 samoa:🇼🇸 san_marino:🇸🇲
sandal:👡 sandwich:🥪 santa:🎅 sao_tome_principe:🇸🇹 sari:🥻 satellite:📡 satellite_antenna:📡 satisfied:😆
saudi_arabia:🇸🇦 sauna_person:🧖 sauropod:🦕 saxophone:🎷 scales:⚖️ scarf:🧣 school:🏫 school_satchel:🎒 scissors:✂️
scooter:🛴 scorpion:🦂 scorpius:♏ scream:😱 scream_cat:🙀 screwdriver:🪛 scroll:📜 seal:🦭 seat:💺
second_place_medal:🥈 secret:㊙️ see_no_evil:🙈 seedling:🌱 selfie:🤳 senegal:🇸🇳 serbia:🇷🇸
serious_face_with_symbols_covering_mouth:🤬 seven:7️⃣ sewing_needle:🪡 seychelles:🇸🇨 shallow_pan_of_food:🥘 shamrock:☘️
shark:🦈 shaved_ice:🍧 sheep:🐑 shell:🐚 shield:🛡️ shinto_shrine:⛩️ ship:🚢 shirt:👕 shit:💩
shocked_face_with_exploding_head:🤯 shoe:👞 shopping:🛍️ shopping_bags:🛍️ shopping_cart:🛒 shopping_trolley:🛒
shorts:🩳 shower:🚿 shrimp:🦐 shrug:🤷 shushing_face:🤫 sierra_leone:🇸🇱 sign_of_the_horns:🤘 signal_strength:📶
singapore:🇸🇬 sint_maarten:🇸🇽 six:6️⃣ six_pointed_star:🔯 skateboard:🛹 ski:🎿 skier:⛷️ skull:💀 skull_and_crossbones:☠️
skunk:🦨 sled:🛷 sleeping:😴 sleeping_accommodation:🛌 sleeping_bed:🛌 sleepy:😪 sleuth_or_spy:🕵️ slight_smile:🙂
slightly_frowning_face:🙁 slightly_smiling_face:🙂 slot_machine:🎰 sloth:🦥 slovakia:🇸🇰 slovenia:🇸🇮 small_airplane:🛩️
small_blue_diamond:🔹 small_orange_diamond:🔸 small_red_triangle:🔺 small_red_triangle_down:🔻 smile:😄 smile_cat:😸
)"
    R"(smiley:😃 smiley_cat:😺 smiling_face_with_3_hearts:🥰 smiling_face_with_smiling_eyes_and_hand_covering_mouth:🤭
smiling_face_with_tear:🥲 smiling_face_with_three_hearts:🥰 smiling_imp:😈 smirk:😏 smirk_cat:😼 smoking:🚬 snail:🐌
snake:🐍 sneezing_face:🤧 snow:❄️ snow_capped_mountain:🏔️ snow_cloud:🌨️ snowboarder:🏂 snowflake:❄️ snowman:⛄
snowman_with_snow:☃️ snowman_without_snow:⛄ soap:🧼 sob:😭 soccer:⚽ socks:🧦 softball:🥎 solomon_islands:🇸🇧
somalia:🇸🇴 soon:🔜 sos:🆘 sound:🔉 south_africa:🇿🇦 south_georgia_south_sandwich_islands:🇬🇸 south_sudan:🇸🇸
space_invader:👾 spades:♠️ spaghetti:🍝 sparkle:❇️ sparkler:🎇 sparkles:✨ sparkling_heart:💖 speak_no_evil:🙊
speaker:🔈 speaking_head:🗣️ speaking_head_in_silhouette:🗣️ speech_balloon:💬 speedboat:🚤 spider:🕷️ spider_web:🕸️
spiral_calendar:🗓️ spiral_calendar_pad:🗓️ spiral_note_pad:🗒️ spiral_notepad:🗒️ spock-hand:🖖 sponge:🧽 spoon:🥄
sports_medal:🏅 squid:🦑 sri_lanka:🇱🇰 st_barthelemy:🇧🇱 st_helena:🇸🇭 st_kitts_nevis:🇰🇳 st_lucia:🇱🇨 st_martin:🇲🇫
st_pierre_miquelon:🇵🇲 st_vincent_grenadines:🇻🇨 stadium:🏟️ staff_of_aesculapius:⚕️ standing_person:🧍 star:⭐
star-struck:🤩 star2:🌟 star_and_crescent:☪️ star_of_david:✡️ star_struck:🤩 stars:🌠 station:🚉 statue_of_liberty:🗽
steam_locomotive:🚂 stethoscope:🩺 stew:🍲 stop:🛑 stop_button:⏹️ stop_sign:🛑 stopwatch:⏱️ straight_ruler:📏
strawberry:🍓 stuck_out_tongue:😛 stuck_out_tongue_closed_eyes:😝 stuck_out_tongue_winking_eye:😜 studio_microphone:🎙️
stuffed_flatbread:🥙 sudan:🇸🇩 sun:☀️ sun_behind_cloud:🌥️ sun_behind_large_cloud:🌥️ sun_behind_rain_cloud:🌦️
sun_behind_small_cloud:🌤️ sun_small_cloud:🌤️ sun_with_face:🌞 sunflower:🌻 sunglasses:😎 sunny:☀️ sunrise:🌅
sunrise_over_mountains:🌄 superhero:🦸 supervillain:🦹 surfer:🏄 suriname:🇸🇷 sushi:🍣 suspension_railway:🚟
svalbard_jan_mayen:🇸🇯 swan:🦢 swaziland:🇸🇿 sweat:😓 sweat_drops:💦 sweat_smile:😅 sweden:🇸🇪 sweet_potato:🍠
swim_brief:🩲 swimmer:🏊 switzerland:🇨🇭 symbols:🔣 synagogue:🕍 syria:🇸🇾 syringe:💉 t-rex:🦖
table_tennis_paddle_and_ball:🏓 taco:🌮 tada:🎉 taiwan:🇹🇼 tajikistan:🇹🇯 takeout_box:🥡 tamale:🫔 tanabata_tree:🎋
tangerine:🍊 tanzania:🇹🇿 taurus:♉ taxi:🚕 tea:🍵 teapot:🫖 teddy_bear:🧸 telephone:☎️ telephone_receiver:📞
telescope:🔭 ten:🔟 tennis:🎾 tent:⛺ test_tube:🧪 thailand:🇹🇭 the_horns:🤘 thermometer:🌡️ thinking:🤔
thinking_face:🤔 third_place_medal:🥉 thong_sandal:🩴 thought_balloon:💭 thread:🧵 three:3️⃣ three_button_mouse:🖱️
thumbsdown:👎 thumbsup:👍 thunder_cloud_and_rain:⛈️ ticket:🎫 tickets:🎟️ tiger:🐯 tiger2:🐅 timer_clock:⏲️
timor_leste:🇹🇱 tipping_hand_person:💁 tired:😫 tired_face:😫 tm:™️ togo:🇹🇬 toilet:🚽 tokelau:🇹🇰 tokyo_tower:🗼
tomato:🍅 tonga:🇹🇴 tongue:👅 toolbox:🧰 tooth:🦷 toothbrush:🪥 top:🔝 tophat:🎩 tornado:🌪️ tornado_cloud:🌪️ tr:🇹🇷
trackball:🖲️ tractor:🚜 traffic_light:🚥 train:🚋 train2:🚆 tram:🚊 transgender_symbol:⚧️ tree:🌳
triangular_flag_on_post:🚩 triangular_ruler:📐 trident:🔱 trinidad_tobago:🇹🇹 tristan_da_cunha:🇹🇦 triumph:😤 troll:🧌
trolleybus:🚎 trophy:🏆 tropical_drink:🍹 tropical_fish:🐠 truck:🚚 trumpet:🎺 tshirt:👕 tulip:🌷 tumbler_glass:🥃
tunisia:🇹🇳 turkey:🦃 turkmenistan:🇹🇲 turks_caicos_islands:🇹🇨 turtle:🐢 tuvalu:🇹🇻 tv:📺 twisted_rightwards_arrows:🔀
two:2️⃣ two_hearts:💕 two_men_holding_hands:👬 two_women_holding_hands:👭 u5272:🈹 u5408:🈴 u55b6:🈺 u6307:🈯 u6708:🈷️
u6709:🈶 u6e80:🈵 u7121:🈚 u7533:🈸 u7981:🈲 u7a7a:🈳 uganda:🇺🇬 uk:🇬🇧 ukraine:🇺🇦 umbrella:☔ umbrella_on_ground:⛱️
umbrella_with_rain_drops:☔ unamused:😒 underage:🔞 unicorn:🦄 unicorn_face:🦄 united_arab_emirates:🇦🇪
united_nations:🇺🇳 unlock:🔓 up:🆙 upside_down:🙃 upside_down_face:🙃 uruguay:🇺🇾 us:🇺🇸 us_outlying_islands:🇺🇲
us_virgin_islands:🇻🇮 uzbekistan:🇺🇿 v:✌️ vampire:🧛 vanuatu:🇻🇺 vatican_city:🇻🇦 venezuela:🇻🇪 vertical_traffic_light:🚦
vhs:📼 vibration_mode:📳 video_camera:📹 video_game:🎮 vietnam:🇻🇳 violin:🎻 virgo:♍ volcano:🌋 volleyball:🏐
vomiting_face:🤮 vs:🆚 vulcan_salute:🖖 waffle:🧇 walking:🚶 wallis_futuna:🇼🇫 waning_crescent_moon:🌘
waning_gibbous_moon:🌖 warning:⚠️ wastebasket:🗑️ watch:⌚ water_buffalo:🐃 water_polo:🤽 watermelon:🍉 wave:👋
waving_black_flag:🏴 waving_white_flag:🏳️ wavy_dash:〰️ waxing_crescent_moon:🌒 waxing_gibbous_moon:🌔 wc:🚾 weary:😩
wedding:💒 weight_lifter:🏋️ weight_lifting:🏋️ western_sahara:🇪🇭 whale:🐳 whale2:🐋 wheel:🛞 wheel_of_dharma:☸️
wheelchair:♿ white_check_mark:✅ white_circle:⚪ white_flag:🏳️ white_flower:💮 white_frowning_face:☹️ white_heart:🤍
white_large_square:⬜ white_medium_small_square:◽ white_medium_square:◻️ white_small_square:▫️ white_square_button:🔳
white_sun_behind_cloud:🌥️ white_sun_behind_cloud_with_rain:🌦️ white_sun_with_small_cloud:🌤️ wilted_flower:🥀 wind:💨
wind_blowing_face:🌬️ wind_chime:🎐 wind_face:🌬️ window:🪟 wine:🍷 wine_glass:🍷 wink:😉 wolf:🐺 woman:👩
woman_and_man_holding_hands:👫 woman_dancing:💃 woman_with_headscarf:🧕 womans_clothes:👚 womans_flat_shoe:🥿
womans_hat:👒 women_holding_hands:👭 womens:🚺 wood:🪵 woozy_face:🥴 world_map:🗺️ worm:🪱 worried:😟 wrench:🔧
wrestlers:🤼 wrestling:🤼 writing_hand:✍️ x:❌ x-ray:🩻 yarn:🧶 yawning_face:🥱 yellow_circle:🟡 yellow_heart:💛
yellow_square:🟨 yemen:🇾🇪 yen:💴 yin_yang:☯️ yo-yo:🪀 yo_yo:🪀 yum:😋 zambia:🇿🇲 zany_face:🤪 zap:⚡ zebra:🦓
zebra_face:🦓 zero:0️⃣ zimbabwe:🇿🇼 zipper_mouth:🤐 zipper_mouth_face:🤐 zombie:🧟 zzz:💤
)";

}  // namespace chat
