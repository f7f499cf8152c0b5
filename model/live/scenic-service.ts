import type { LiveNoun } from '../live.js';
import { integer, text, yesNo } from '../register-fields.js';

const tickets = { max: 10_000_000 };

/** Figures that stay with the tourism bureau: bookings and parking of the moment. */
export const SCENIC_SERVICE: LiveNoun = {
  noun: 'scenic-service',
  type: 'ScenicAreaLive',
  on: 'scenic-area',
  field: 'live',
  en: "What the tourism bureau's own service says of a scenic area at this moment",
  zh: '文旅部门自有服务给出的景区实时情况',
  fields: [
    yesNo('open', 'Whether it lets visitors in', '是否开放'),
    integer('bookedToday', 'Tickets booked for today', '今日预约人数', '5200', tickets),
    integer('ticketsLeftToday', 'Tickets left for today', '今日余票', '800', tickets),
    integer('bookedTomorrow', 'Tickets booked for tomorrow', '明日预约人数', '3100', tickets),
    integer('parkingFree', 'Free parking places', '空余停车位', '85', { max: 1_000_000 }),
    integer('shuttleWaitMinutes', 'Wait for the shuttle bus', '摆渡车候车(分钟)', '12', { unit: 'min', max: 1440 }),
    text('notice', 'What is announced at the gate', '现场公告', '因雷雨，索道暂停运行'),
  ],
};
